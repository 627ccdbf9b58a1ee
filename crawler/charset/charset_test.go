package charset

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// cp1258 writes Vietnamese as old Windows pages do: base letter with its
// hook or breve precomposed, tone as a combining mark.
func cp1258(t testing.TB, s string) string {
	t.Helper()
	out, err := charmap.Windows1258.NewEncoder().String(s)
	if err != nil {
		t.Fatalf("encode %q: %v", s, err)
	}
	return out
}

func TestUTF8(t *testing.T) {
	const daNang = "Đa\u0300 Nă\u0303ng" // decomposed tones, as windows-1258 stores them
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Đà Nẵng")
	tests := []struct{ name, in, header, want string }{
		{"utf-8", "Đà Nẵng", "text/html", "Đà Nẵng"},
		{"utf-8 under a wrong header", "Đà Nẵng", "text/html; charset=iso-8859-1", "Đà Nẵng"},
		{"byte order mark", "\xef\xbb\xbfĐà", "", "Đà"},
		{"utf-16", utf16, "", "Đà Nẵng"},
		{"header", cp1258(t, daNang), "text/html; charset=windows-1258", norm.NFC.String(daNang)},
		{"meta", `<meta charset="windows-1258"><p>` + cp1258(t, daNang), "text/html", `<meta charset="windows-1258"><p>` + norm.NFC.String(daNang)},
		{"meta http-equiv", `<meta http-equiv=Content-Type content="text/html; charset=windows-1258">` + cp1258(t, daNang), "text/html", `<meta http-equiv=Content-Type content="text/html; charset=windows-1258">` + norm.NFC.String(daNang)},
		{"xml declaration goes when it is no longer true", `<?xml version="1.0" encoding="windows-1258"?><a>` + cp1258(t, daNang) + `</a>`, "text/xml", `<a>` + norm.NFC.String(daNang) + `</a>`},
		{"xml declaration that is true stays", `<?xml version="1.0" encoding="UTF-8"?><a>à</a>`, "", `<?xml version="1.0" encoding="UTF-8"?><a>à</a>`},
		{"broken utf-8 is not another charset", "Đà \xe1\xba", "text/html; charset=utf-8", "Đà \uFFFD"},
		{"unknown charset", "\xff\xfa", "text/html; charset=vni-nowhere", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := norm.NFC.String(string(UTF8([]byte(tt.in), tt.header)))
			if tt.want != "" && got != tt.want {
				t.Errorf("UTF8 = %q, want %q", got, tt.want)
			}
			if !utf8.ValidString(got) {
				t.Errorf("UTF8 = %q is not UTF-8", got)
			}
		})
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1258"?><a>\xd0</a>`), "text/html; charset=windows-1258")
	f.Add([]byte("\xff\xfe\x00"), "")
	f.Fuzz(func(t *testing.T, data []byte, header string) {
		if out := UTF8(data, header); !utf8.Valid(out) {
			t.Errorf("UTF8(%q, %q) = %q is not UTF-8", data, header, out)
		}
	})
}
