package redact

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddress(t *testing.T) {
	own := func(c string) bool { return c == "t.me/phuongthaihoa" || c == "youtube.com/ucabcdefgh" }
	const same = "="
	tests := []struct{ in, want string }{
		// facebook
		{"https://www.facebook.com/bimat.nguyen/posts/123", "https://www.facebook.com/posts/123"},
		{"https://www.facebook.com/bimat.nguyen/posts/mat-nuoc-o-khoi-5/123?comment_id=9&__x=1", "https://www.facebook.com/posts/123?comment_id=9"},
		{"https://m.facebook.com/bimat.nguyen/posts/pfbid02AbC", "https://www.facebook.com/posts/pfbid02AbC"},
		{"https://m.facebook.com/story.php?story_fbid=123&id=100012345", "https://www.facebook.com/posts/123"},
		{"https://www.facebook.com/permalink.php?id=100012345&story_fbid=123", "https://www.facebook.com/posts/123"},
		{"https://www.facebook.com/bimat.nguyen/videos/123", "https://www.facebook.com/watch/?v=123"},
		{"https://www.facebook.com/bimat.nguyen/photos/a.1.2/123", "https://www.facebook.com/photo/?fbid=123"},
		{"https://www.facebook.com/photo.php?fbid=123&id=100012345&set=a.1.2.100012345", "https://www.facebook.com/photo/?fbid=123"},
		{"https://www.facebook.com/groups/thaihoa/posts/123", same},
		{"https://www.facebook.com/groups/thaihoa/permalink/123", "https://www.facebook.com/groups/thaihoa/posts/123"},
		{"https://www.facebook.com/groups/thaihoa/user/100012345", ""},
		{"https://www.facebook.com/bimat.nguyen/posts/123#c1", "https://www.facebook.com/posts/123#c1"},
		{"https://www.facebook.com/groups/thaihoa#bimat", ""},
		{"https://www.facebook.com/profile.php?id=100012345", ""},
		{"https://www.facebook.com/people/Bi-Mat/100012345", ""},
		{"https://www.facebook.com/bimat.nguyen", ""},
		{"https://mbasic.facebook.com/bimat.nguyen/posts/bimat", ""},
		{"https://www.facebook.com/stories/100012345/x", ""},
		{"https://m.me/bimat.nguyen", ""},
		{"https://fb.me/bimat.nguyen", ""},
		{"https://www.facebook.com/", same},
		// the others
		{"https://www.tiktok.com/@bimat/video/1", "https://www.tiktok.com/embed/v2/1"},
		{"https://www.tiktok.com/@bimat", ""},
		{"https://www.tiktok.com/%2540bimat", ""},
		{"https://www.youtube.com/watch?v=dQw4w9WgXcQ", same},
		{"https://www.youtube.com/watch?ab_channel=BiMat&v=dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"},
		{"https://youtu.be/dQw4w9WgXcQ?si=abc", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"},
		{"https://www.youtube.com/@bimat", ""},
		{"https://www.youtube.com/c/bimat", ""},
		{"https://www.youtube.com/user/bimat", ""},
		{"https://www.youtube.com/channel/UCother123", ""},
		{"https://www.youtube.com/channel/UCabcdefgh", same},
		{"https://x.com/bimat/status/1", "https://x.com/i/status/1"},
		{"https://mobile.twitter.com/bimat/status/1/photo/1", "https://x.com/i/status/1"},
		{"https://x.com/i/status/1", same},
		{"https://x.com/bimat", ""},
		{"https://t.me/bimatchannel/1", ""},
		{"https://t.me/PhuongThaiHoa/1", same},
		{"https://t.me/s/PhuongThaiHoa/1", "https://t.me/PhuongThaiHoa/1"},
		{"https://t.me/c/1234567/8", same},
		{"https://t.me/+84912345678", ""},
		{"https://www.instagram.com/bimat", ""},
		{"https://www.instagram.com/bimat/p/CxYz123", "https://www.instagram.com/p/CxYz123/"},
		{"https://www.threads.net/@bimat", ""},
		{"https://www.threads.net/@bimat/post/CxYz123", "https://www.threads.net/t/CxYz123"},
		{"https://zalo.me/0912345678", ""},
		{"https://zalo.me/g/abcxyz123", same},
		{"https://www.linkedin.com/in/bimat", ""},
		{"https://www.linkedin.com/posts/bimat_mat-nuoc-activity-7123456789-AbCd", "https://www.linkedin.com/feed/update/urn:li:activity:7123456789/"},
		{"https://mastodon.example/@bimat/112345678901234567", "https://mastodon.example/web/statuses/112345678901234567"},
		{"https://mastodon.example/@bimat@other.example/112345678901234567", "https://mastodon.example/web/statuses/112345678901234567"},
		{"https://mastodon.example/users/bimat/statuses/112345678901234567", "https://mastodon.example/web/statuses/112345678901234567"},
		{"https://mastodon.example/@bimat", ""},
		{"https://bsky.app/profile/bimat.example/post/3kabc", ""},
		// any site
		{"https://a.example/u/bimat/posts", ""},
		{"https://a.example/thanh-vien/bimat.5/", ""},
		{"https://a.example/~bimat/", ""},
		{"https://a.example/users", same},
		{"https://a.example/tin/usa-1.html", same},
		{"https://a.example/tin/12-a.html?x=0912345678", "https://a.example/tin/12-a.html"},
		{"https://a.example/bai?id=12&phone=%2B84%20912%20345%20678", "https://a.example/bai?id=12"},
		{"https://a.example/bai?id=12&user=bimat", "https://a.example/bai?id=12"},
		{"https://a.example/bai?id=12&next=https%3A%2F%2Fwww.facebook.com%2Fbimat", "https://a.example/bai?id=12"},
		{"https://a.example/bai?id=12&q=bimat%40a.example", "https://a.example/bai?id=12"},
		{"https://a.example/?x=0912345678", ""},
		{"https://a.example/lh-0912345678.html", ""},
		{"https://a.example/lh-0912-345-678.html", ""},
		{"https://a.example/0912345678/bai", ""},
		{"https://0912345678.a.example/bai", ""},
		{"https://a.example/bai-1#lh-0912345678", ""},
		{"https://a.example/stk-19036789012345.html", ""},
		{"https://a.example/xe-37A-123.45-gay-tai-nan.html", ""},
		{"https://a.example/040091012345", ""},
		// addresses of newspapers, which are full of numbers
		{"https://a.example/lua-dao-chuyen-khoan-ngan-hang-20251120084512345.htm", same},
		{"https://a.example/lam-can-cuoc-cong-dan-185251120084512345.htm", same},
		{"https://a.example/bi-lua-qua-zalo-10291234.html", same},
		{"https://a.example/2025/11/20/lich-cat-dien-08-12-2025-10.html", same},
		{"https://a.example/to-12a-12345.html", same},
		{"http://127.0.0.1:34567/bai/c3.html#c9", same},
		{"https://a.example/5f2b0912345678aa-91ab-0912345678.html?p=2", ""},
		{"https://a.example/bai/0912345678ab4cd3ef567890abcdef12", same},
	}
	for _, tt := range tests {
		free, named := Address(tt.in, own)
		want := tt.want
		if want == same {
			want = tt.in
			if named {
				t.Errorf("Address(%s): somebody is named, want nobody", tt.in)
			}
		}
		if free != want {
			t.Errorf("Address(%s) = %q, want %q", tt.in, free, want)
		}
		if strings.Contains(free, "bimat") {
			t.Errorf("Address(%s) = %q holds the handle", tt.in, free)
		}
		if free == "" {
			continue
		}
		if again, named := Address(free, own); again != free || named {
			t.Errorf("Address(%s) = %s, and of that %s, %v", tt.in, free, again, named)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://www.facebook.com/a/posts/1", "https://x.com//status/1", "https://t.me/s", "https://youtu.be/", "https://a.example/~/%zz", "https://m.me"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		free, named := Address(s, nil)
		if f, n := taken(s, nil); f != free || n != named {
			t.Errorf("Address(%q) = %q, %v; taken apart %q, %v", s, free, named, f, n)
		}
		if free == "" {
			return
		}
		if again, named := Address(free, nil); again != free || named {
			t.Errorf("Address(%q) = %q, and of that %q, %v", s, free, again, named)
		}
	})
}

// TestGlance: an address, and a part of one, that is passed at a glance would be
// passed when it is taken apart as well.
func TestGlance(t *testing.T) {
	bits := []string{"tin", "-", "_", "/", ".", "0912", "345", "678", "o", "O", "3572838", "2026", "11", "84", "stk", "tk", "37a", "12345", "u", "user", "author", "profile.php", "member", "www", "facebook.com", "s", "@", "+", "x", ".html", "a1b2", "tai-khoan", " "}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(bits), 1, 9).Draw(t, "bits"), "")
		for _, at := range []string{"https://bao.example/" + s, "https://" + s + "/x", "http://m.facebook.com/" + s} {
			free, named := Address(at, nil)
			if f, n := taken(at, nil); f != free || n != named {
				t.Fatalf("Address(%q) = %q, %v; taken apart %q, %v", at, free, named, f, n)
			}
		}
		if n, plain := counted(s); plain && n < 8 && !strings.Contains(s, "+") && numbered(s) {
			t.Fatalf("a number in %q", s)
		}
	})
}

func TestChannel(t *testing.T) {
	for in, want := range map[string]string{
		"https://t.me/s/PhuongThaiHoa": "t.me/phuongthaihoa", "https://t.me/PhuongThaiHoa": "t.me/phuongthaihoa",
		"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc": "youtube.com/ucabc", "https://a.example/x": "", "": "",
	} {
		if got := Channel(in); got != want {
			t.Errorf("Channel(%q) = %q, want %q", in, got, want)
		}
	}
}
