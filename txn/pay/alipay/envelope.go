package alipay

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"smartpos/txn"
	"smartpos/txn/pay/internal/client"
)

// judge decides what an exchange proves.
func (c *Client) judge(op txn.Op, o txn.Order, x *client.Exchange) (txn.Answer, error) {
	m, f, code, err := c.proof(op, x)
	if f != txn.FaultNone {
		return c.fail(op, o, f, code, err)
	}
	return c.read(op, o, m)
}

// proof returns the verified response node; or the fault, its cause, and the code that an error without a signature
// names.
func (c *Client) proof(op txn.Op, x *client.Exchange) (m client.Object, f txn.Fault, code string, err error) {
	if f, err = x.Silence(); f != txn.FaultNone {
		return nil, f, "", err
	}
	switch {
	case x.Cut != nil:
		return nil, txn.FaultUnverified, "", x.Cut
	case x.Status >= 300 && x.Status < 400:
		return nil, txn.FaultUnverified, "", client.ErrRedirect
	}
	m, code, err = c.open(op, x.Body)
	switch {
	case err != nil && x.Troubled() && !errors.Is(err, client.ErrForged):
		return nil, txn.FaultSystem, "", err
	case err != nil:
		return nil, txn.FaultUnverified, code, err
	}
	return m, txn.FaultNone, "", nil
}

// errTold is an error that the gateway gives before it knows whose request it is, and so without a signature. It
// proves nothing of the order, but a technician wants to hear it.
var errTold = errors.New("the answer is not signed, and names an error of app_id, key or method")

// open verifies the signature over the bytes of the response node, as they came, and only then reads the node. The
// code is that of an error that is not signed.
//
//	{"alipay_trade_query_response":{…},"sign":"base64"}
func (c *Client) open(op txn.Op, body []byte) (m client.Object, code string, err error) {
	outer, err := client.Parse(body)
	if err != nil {
		return nil, "", err
	}
	node, ok := outer[strings.ReplaceAll(methods[op], ".", "_")+"_response"]
	sign, signed := outer.Text("sign")
	if !ok || !signed || sign == "" {
		if node == nil {
			node = outer["error_response"]
		}
		if inner, err := client.Parse(node); err == nil {
			if _, code = codeOf(inner); code != "" {
				return nil, code, errTold
			}
		}
		return nil, "", client.ErrUnsigned
	}
	signature, err := base64.StdEncoding.DecodeString(sign)
	if err != nil {
		return nil, "", client.ErrForged
	}
	sum := sha256.Sum256(node)
	if rsa.VerifyPKCS1v15(c.public, crypto.SHA256, sum[:], signature) != nil {
		return nil, "", client.ErrForged
	}
	m, err = client.Parse(node)
	return m, "", err
}

// codeOf returns the code of a node and what is reported of it: sub_code, where there is one, as this project writes
// codes (ISV.INVALID_SIGNATURE for isv.invalid-signature). Both are empty where the node has no code of the
// documented form.
func codeOf(m client.Object) (code, report string) {
	code, _ = m.Text("code")
	if !client.ValidCode(code) {
		return "", ""
	}
	sub, _ := m.Text("sub_code")
	sub = strings.ToUpper(strings.ReplaceAll(sub, "-", "_"))
	if !client.ValidCode(sub) {
		return code, code
	}
	return code, sub
}
