package patterns

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langnghe/internal/lang"
)

// known are the written names of sites, see testdata/sites.txt.
func written(t *testing.T) (out []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "sites.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Fields(line)...)
		}
	}
	return out
}

// places are the communes and provinces of the country, as names of sites
// write them.
func places(t *testing.T) (out []string) {
	t.Helper()
	root := os.Getenv("LANGNGHE_TEST_DATA")
	if root == "" {
		t.Skip("LANGNGHE_TEST_DATA is not set")
	}
	data, err := os.ReadFile(filepath.Join(root, "lexicons", "vn_admin_units_2026_MIT.json"))
	if err != nil {
		t.Skip(err)
	}
	var provinces []struct {
		FullName string
		Wards    []struct{ FullName string }
	}
	if err := json.Unmarshal(data, &provinces); err != nil {
		t.Fatal(err)
	}
	name := func(full string) string {
		f := lang.Fold(lang.Key(full))
		for _, kind := range []string{"thanh pho ", "tinh ", "phuong ", "xa ", "dac khu "} {
			f = strings.TrimPrefix(f, kind)
		}
		return strings.ReplaceAll(f, " ", "")
	}
	for _, p := range provinces {
		for _, w := range p.Wards {
			out = append(out, name(w.FullName)+"."+name(p.FullName))
		}
	}
	return out
}

// TestOrdinarySites: of 5,000 names that know nothing of the rules at most one
// in a thousand is suspicious. They are the written ones, and for each commune
// of the country one as its office, school, newspaper or a shop there would
// have; rent (thuê), tax advice (thuế), insurance agents and electricians among
// them, whose names hold what scams use.
func TestOrdinarySites(t *testing.T) {
	list := written(t)
	n := len(list)
	var alarms []string
	look := func(h string) {
		if l := Domain(h); l.Suspicious() {
			alarms = append(alarms, fmt.Sprintf("%s %.1f %v", h, l.Score, l.Like))
		}
	}
	for _, h := range list {
		look(h)
	}
	t.Logf("written: %d of %d are suspicious: %v", len(alarms), n, alarms)
	if len(alarms) > 0 {
		t.Errorf("%d false alarms in %d written names", len(alarms), n)
	}
	shapes := []string{"%s.%s.gov.vn", "thcs%[1]s.edu.vn", "thpt-%[1]s.edu.vn", "mamnon%[1]s.com", "tramyte%[1]s.vn", "chuyennha%[1]s.com.vn", "nhadat%[1]s.com", "dacsan%[1]s.vn", "thuexe%[1]s.com", "thuenha-%[1]s.com", "taxi%[1]s.net", "%[1]s24h.vn",
		"dienlanh%[1]s.com", "ketoanthue%[1]s.com", "baohiem%[1]s.vn", "hoptacxa%[1]s.vn", "xaydung%[1]s.com.vn", "khachsan%[1]s.com", "%[1]sonline.vn", "suadiennuoc%[1]s.com", "yte%[1]s.vn", "dulich%[1]s.com.vn", "bao%[1]s.vn", "vesinh%[1]s.net", "chungcu%[1]s.com",
		"nhakhoa%[1]s.vn", "luatsu%[1]s.com", "photocopy%[1]s.vn", "%[1]smobile.vn", "camera%[1]s.com", "hoatuoi%[1]s.shop", "%[1]s.%[2]s.dcs.vn", "xekhach%[1]s.com.vn", "truyenthanh%[1]s.vn", "giaoxu%[1]s.org", "chua%[1]s.org", "doan%[1]s.vn"}
	made := 0
	all := places(t)
	for i := 0; n+made < 5000; i++ {
		commune, province, _ := strings.Cut(all[i%len(all)], ".")
		look(fmt.Sprintf(shapes[(i+i/len(all)*17)%len(shapes)]+"%[3]s", commune, province, ""))
		made++
	}
	t.Logf("%d of %d ordinary and official names are suspicious: %v", len(alarms), n+made, alarms)
	if len(alarms)*1000 > n+made {
		t.Errorf("%d false alarms in %d names, want at most 0.1 %%", len(alarms), n+made)
	}
}
