package board

import (
	"errors"
	"net"
	"net/http"
	"strings"
)

// guard keeps other web sites away from the board. It listens on the loopback interface, which every page in
// the browser of this machine can reach:
//
//   - A page from elsewhere may not press keys: requests that change something must come from our own page, or
//     from a program that is no browser (no Origin, no Sec-Fetch-Site), such as curl.
//   - A name that an attacker's DNS points at 127.0.0.1 makes his page "our own": so the Host must be an IP
//     address or localhost, which no DNS can lend to him.
//   - Nobody may put the panel into a frame and have its keys clicked unseen.
func guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sendJSON(w, http.StatusForbidden, map[string]string{"error": errForeign.Error()})
	}))
	protected := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !knownHost(r.Host) {
			sendJSON(w, http.StatusMisdirectedRequest, map[string]string{"error": errHost.Error()})
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy",
			"default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'")
		protected.ServeHTTP(w, r)
	})
}

var (
	errForeign = errors.New("this request comes from another web site: use the board's own page, or a program such as curl")
	errHost    = errors.New("this name is not one of the board's: use http://127.0.0.1 or http://localhost with its port")
)

// knownHost reports whether the Host of a request is one that only this machine's owner can have meant.
func knownHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(host) != nil
}
