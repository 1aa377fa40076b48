package txn

// keyKinds names the merchant's keys: which can't be used.
var keyKinds = map[KeyKind]text{
	KeyPrivate:     {"商户私钥", "own key"},
	KeyAPIv3:       {"APIv3密钥", "API v3 key"},
	KeyPublic:      {"平台公钥", "public key"},
	KeyPlatform:    {"平台公钥", "public key"},
	KeyCertificate: {"商户证书", "cert."},
	KeyRoot:        {"根证书", "root cert."},
	KeyMiddle:      {"中级证书", "mid. cert."},
}

// CodeExpired stands in the place of a network's own code where it refuses the merchant and the merchant's certificate
// has run out.
const CodeExpired = "CERT_EXPIRED"

// What a network can refuse a merchant for: a key, a right, a number, the terminal's clock.
var (
	refKey      = text{"不认商户私钥", "the merchant's key is refused"}
	refExpired  = text{"商户证书已过期", "the merchant's certificate has expired"}
	refRight    = text{"没有此项权限", "a permission is missing or revoked"}
	refContract = text{"签约无效或已终止", "the contract is missing or ended"}
	refMerchant = text{"商户号不对", "the merchant number is wrong"}
	refApp      = text{"应用号与商户号不符", "the app is not this merchant's"}
	refNoApp    = text{"没有此应用号", "there is no such app"}
	refBlocked  = text{"商户状态不正常", "the merchant's account is not active"}
	refLicence  = text{"营业执照已失效", "the business licence is no longer valid"}
	refClock    = text{"本机时钟不准", "the terminal's clock is wrong"}
	refOther    = text{"拒绝本商户", "the merchant is refused"}
)

// refusals say which of them a network's code means. A code that is not here is shown with refOther.
var refusals = map[string]text{
	CodeExpired: refExpired,

	"SIGN_ERROR":            refKey, // WeChat Pay's and the aggregator's
	"SIGNERROR":             refKey,
	"NO_AUTH":               refRight,
	"NOAUTH":                refRight,
	"MCH_NOT_EXISTS":        refMerchant,
	"MCH_NOT_EXIST":         refMerchant,
	"APPID_MCHID_NOT_MATCH": refApp,
	"APPID_NOT_EXIST":       refNoApp,

	"ISV.INVALID_SIGNATURE":            refKey,
	"ISV.MISSING_SIGNATURE":            refKey,
	"ISV.MISSING_SIGNATURE_KEY":        refKey,
	"ISV.INVALID_APP_ID":               refNoApp,
	"ISV.INVALID_TIMESTAMP":            refClock,
	"ISV.INSUFFICIENT_ISV_PERMISSIONS": refRight,
	"AOP.INVALID_APP_AUTH_TOKEN":       refRight,
	"ACQ.ACCESS_FORBIDDEN":             refRight,
	"ACQ.PARTNER_ERROR":                refMerchant,
	"ACQ.MERCHANT_AGREEMENT_NOT_EXIST": refContract,
	"ACQ.MERCHANT_AGREEMENT_INVALID":   refContract,
	"ACQ.SELLER_BEEN_BLOCKED":          refBlocked,
	"ACQ.MERCHANT_STATUS_NOT_NORMAL":   refBlocked,

	"ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR": refClock,

	// UnionPay's response codes.
	"UP11": refKey,
	"UP31": refBlocked,
	"UP32": refRight,
	"UP43": refRight,
	"UP92": refLicence,
	"UP93": refLicence,
	"UP94": refLicence,
	"UP95": refLicence,
	"UP96": refLicence,

	// The aggregator's.
	"KEY_UNKNOWN":       refKey,
	"CLOCK_SKEW":        refClock,
	"MERCHANT_UNKNOWN":  refMerchant,
	"MERCHANT_DISABLED": refBlocked,
}

// hotlines are the networks' own numbers for merchants: whom to call where no technician knows.
var hotlines = map[NetworkID]string{WeChat: "95017", Alipay: "95188", UnionPay: "95516"}

// whomPlatform is whom to call about an aggregator.
var whomPlatform = text{"聚合平台", "the platform"}

// refusal says that a network refuses the merchant: which network, what of the merchant, by which code, whom to call. It
// is empty where a fault is no refusal. Alipay can't sign an answer to a merchant whose key it does not know, so what such
// an answer says is shown as what it is: unproved, and the most likely cause.
func (m *Machine) refusal(id NetworkID, f Fault, code string) string {
	what, ok := refusals[code]
	say := whyConfig
	switch {
	case f == FaultConfig && !ok:
		what = refOther
	case f == FaultUnverified && ok:
		say = whyPerhaps
	case f != FaultConfig:
		return ""
	}
	n, _ := m.cfg.network(id)
	whom, ok := hotlines[n.ID]
	if !ok {
		whom = m.say(whomPlatform)
	}
	return m.say(say, m.networkName(n), m.say(what), shorten(orElse(code, "?"), 40), whom)
}

// Refusal says in English what of the merchant a network refuses, for the event log; "" if it refuses nothing.
func Refusal(f Fault, code string) string {
	what, ok := refusals[code]
	switch {
	case ok && f == FaultConfig:
		return what.en
	case f == FaultConfig:
		return refOther.en
	case ok && f == FaultUnverified:
		return "possibly: " + what.en
	}
	return ""
}

// silent says why a network's word on something can't be had, on one line; "" if it can.
func (m *Machine) silent(id NetworkID, f Fault) string {
	if f == FaultConfig {
		n, _ := m.cfg.network(id)
		return m.say(stsRefused, m.networkShort(n))
	}
	if cause, ok := netFaults[f]; ok {
		return m.say(cause)
	}
	return ""
}
