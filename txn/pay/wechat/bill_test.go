package wechat

import (
	"strings"
	"testing"
)

const goodPlace = `{"hash_type":"SHA1","hash_value":"8D185400ac11439e7352294bed99be36c621878c",` +
	`"download_url":"https://api.mch.weixin.qq.com/v3/billdownload/file?token=oMmUqPjv_pgVEbq41QjzZawTaL_HQeJu54e91h4q-Sq"}`

// FuzzBillPlace holds that the merchant's signature never goes anywhere but to the download of the network's own server.
func FuzzBillPlace(f *testing.F) {
	f.Add(goodPlace)
	for _, pair := range [][2]string{
		{"https:", "http:"}, {"api.mch", "evil@api.mch"}, {"/v3/billdownload/", "/v3/refund/"}, {"/v3/billdownload/", "/v3/billdownload/../pay/"},
		{"SHA1", "MD5"}, {"8D18", "8d1"}, {"8D18", "zzzz"}, {"Sq\"", "Sq#x\""}, {"token=", "\\u000atoken="},
	} {
		f.Add(strings.Replace(goodPlace, pair[0], pair[1], 1))
	}
	f.Fuzz(func(t *testing.T, body string) {
		place, hash, err := billPlace([]byte(body))
		before, _, _ := strings.Cut(place, "?")
		switch {
		case err != nil && (place != "" || hash != ""):
			t.Errorf("%q beside %v", place, err)
		case err == nil && (!strings.HasPrefix(place, billFilePath) || len(hash) != 40 || hash != strings.ToLower(hash)):
			t.Errorf("%q, %q", place, hash)
		case err == nil && strings.ContainsAny(place, "\r\n \x00#"), strings.Contains(before, "/../"):
			t.Errorf("%q", place)
		}
	})
}

func TestBillPlace(t *testing.T) {
	place, hash, err := billPlace([]byte(goodPlace))
	if place != "/v3/billdownload/file?token=oMmUqPjv_pgVEbq41QjzZawTaL_HQeJu54e91h4q-Sq" || !strings.HasPrefix(hash, "8d18") || err != nil {
		t.Errorf("%q, %q, %v", place, hash, err)
	}
	for _, pair := range [][2]string{
		{"https:", "http:"}, {"api.mch", "me@api.mch"}, {"/v3/billdownload/", "/v3/refund/"}, {"SHA1", "MD5"}, {"8D18", "8d"}, {"8D18", "zz18"},
		{"/v3/billdownload/file", "/v3/billdownload/../pay/x"},
	} {
		if place, _, err := billPlace([]byte(strings.Replace(goodPlace, pair[0], pair[1], 1))); err == nil {
			t.Errorf("with %s: %q", pair[1], place)
		}
	}
}
