// Package face holds the typeface of printed pages: Liberation Serif, whose
// letters have the widths of Times New Roman, which the rules for official
// documents name. It measures text and cuts the font down to the letters that
// a page uses.
//
// The four files are those of Liberation fonts 2.1.5, unchanged and
// compressed; their licence (SIL Open Font License 1.1) lies beside them.
package face

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

//go:embed *.ttf.gz
var files embed.FS

// Style is one of the four cuts.
type Style int

// The cuts.
const (
	Regular Style = iota
	Bold
	Italic
	BoldItalic
)

// StyleOf names the cut for two properties of a text.
func StyleOf(bold, italic bool) Style {
	s := Regular
	if bold {
		s |= Bold
	}
	if italic {
		s |= Italic
	}
	return s
}

var names = [...]string{"Regular", "Bold", "Italic", "BoldItalic"}

func (s Style) String() string { return names[s] }

// A Face is one cut. Lengths are in units of [Face.Em].
type Face struct {
	Name            string // PostScript name
	Em              int
	Ascent, Descent int // Descent is negative
	CapHeight       int
	Angle           float64 // of italics, degrees
	Box             [4]int
	tables          map[string][]byte
	glyphs          map[rune]uint16
	advance         []uint16
	loca            []uint32
	glyf            []byte
}

var cuts [4]func() *Face

func init() {
	for i := range cuts {
		cuts[i] = sync.OnceValue(func() *Face {
			f, err := load(Style(i))
			if err != nil {
				panic(err) // the file is part of the program
			}
			return f
		})
	}
}

// Get returns a cut; it is read when it is first asked for.
func Get(s Style) *Face { return cuts[s]() }

func load(s Style) (*Face, error) {
	name := "LiberationSerif-" + s.String()
	packed, err := files.ReadFile(name + ".ttf.gz")
	if err != nil {
		return nil, fmt.Errorf("face: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("face: %s: %w", name, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("face: %s: %w", name, err)
	}
	f, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("face: %s: %w", name, err)
	}
	f.Name = name
	if s&Italic != 0 {
		f.Angle = -16.3
	}
	return f, nil
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }

// parse reads the tables that are needed of a TrueType font. The file is part
// of the program, so it is trusted to be well formed.
func parse(data []byte) (*Face, error) {
	f := &Face{tables: map[string][]byte{}, glyphs: map[rune]uint16{}}
	for i := range u16(data, 4) {
		at := 12 + 16*i
		f.tables[string(data[at:at+4])] = data[u32(data, at+8) : u32(data, at+8)+u32(data, at+12)]
	}
	for _, t := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf", "cmap", "OS/2"} {
		if f.tables[t] == nil {
			return nil, fmt.Errorf("no table %s", t)
		}
	}
	head, hhea := f.tables["head"], f.tables["hhea"]
	f.Em = u16(head, 18)
	for i := range f.Box {
		f.Box[i] = i16(head, 36+2*i)
	}
	f.Ascent, f.Descent = i16(hhea, 4), i16(hhea, 6)
	f.CapHeight = i16(f.tables["OS/2"], 88)
	count, metrics, hmtx := u16(f.tables["maxp"], 4), u16(hhea, 34), f.tables["hmtx"]
	f.advance = make([]uint16, count)
	for i := range f.advance {
		f.advance[i] = uint16(u16(hmtx, 4*min(i, metrics-1)))
	}
	f.glyf = f.tables["glyf"]
	f.loca = make([]uint32, count+1)
	for i := range f.loca {
		if i16(head, 50) == 0 {
			f.loca[i] = 2 * uint32(u16(f.tables["loca"], 2*i))
		} else {
			f.loca[i] = uint32(u32(f.tables["loca"], 4*i))
		}
	}
	return f, f.readMap()
}

// readMap reads the Windows Unicode map, format 4.
func (f *Face) readMap() error {
	cmap := f.tables["cmap"]
	for i := range u16(cmap, 2) {
		at := 4 + 8*i
		sub := cmap[u32(cmap, at+4):]
		if u16(cmap, at) != 3 || u16(cmap, at+2) != 1 || u16(sub, 0) != 4 {
			continue
		}
		n := u16(sub, 6) // twice the number of segments
		for s := 0; s < n; s += 2 {
			end, start := u16(sub, 14+s), u16(sub, 16+n+s)
			delta, offset := u16(sub, 16+2*n+s), u16(sub, 16+3*n+s)
			for c := start; c <= end && c != 0xFFFF; c++ {
				g := c + delta
				if offset != 0 {
					if g = u16(sub, 16+3*n+s+offset+2*(c-start)); g != 0 {
						g += delta
					}
				}
				if g&0xFFFF != 0 {
					f.glyphs[rune(c)] = uint16(g)
				}
			}
		}
		return nil
	}
	return fmt.Errorf("no Unicode map")
}

// Glyph returns the glyph of a letter, and false when the face has none; the
// glyph is then the empty box.
func (f *Face) Glyph(r rune) (uint16, bool) {
	switch r {
	case '\u00a0', '\u202f':
		r = ' '
	case '\u2011':
		r = '-'
	}
	g, ok := f.glyphs[r]
	return g, ok
}

// Advance is how wide a glyph is.
func (f *Face) Advance(g uint16) int { return int(f.advance[g]) }

// Width is how wide a line of text is at a size in points, in points. It
// does not kern, as word processors do not for documents that do not ask.
func (f *Face) Width(text string, size float64) float64 {
	n := 0
	for _, r := range text {
		g, _ := f.Glyph(r)
		n += int(f.advance[g])
	}
	return float64(n) * size / float64(f.Em)
}

// Subset returns a TrueType file with the outlines of the given glyphs alone.
// Glyphs keep their numbers, so no other table has to change its meaning.
func (f *Face) Subset(used map[uint16]bool) []byte {
	keep := map[uint16]bool{0: true}
	var add func(g uint16)
	add = func(g uint16) {
		if int(g)+1 >= len(f.loca) || keep[g] && g != 0 {
			return
		}
		keep[g] = true
		for _, part := range f.parts(g) {
			add(part)
		}
	}
	last := uint16(0)
	for g := range used {
		add(g)
	}
	for g := range keep {
		last = max(last, g)
	}
	count := int(last) + 1
	loca, glyf := make([]byte, 4*(count+1)), []byte{}
	for g := range count {
		binary.BigEndian.PutUint32(loca[4*g:], uint32(len(glyf)))
		if keep[uint16(g)] {
			glyf = append(glyf, f.glyf[f.loca[g]:f.loca[g+1]]...)
			for len(glyf)%4 != 0 {
				glyf = append(glyf, 0)
			}
		}
	}
	binary.BigEndian.PutUint32(loca[4*count:], uint32(len(glyf)))
	head, maxp, hhea := bytes.Clone(f.tables["head"]), bytes.Clone(f.tables["maxp"]), bytes.Clone(f.tables["hhea"])
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(maxp[4:], uint16(count))
	binary.BigEndian.PutUint16(hhea[34:], uint16(count))
	hmtx := make([]byte, 4*count)
	for g := range count {
		binary.BigEndian.PutUint16(hmtx[4*g:], f.advance[g])
		if n := u16(f.tables["hhea"], 34); g < n {
			copy(hmtx[4*g+2:], f.tables["hmtx"][4*g+2:4*g+4])
		}
	}
	return assemble([]table{
		{"cvt ", f.tables["cvt "]}, {"fpgm", f.tables["fpgm"]}, {"glyf", glyf}, {"head", head}, {"hhea", hhea},
		{"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}, {"prep", f.tables["prep"]},
	})
}

// parts are the glyphs that a composed one, such as a letter with an accent,
// is made of.
func (f *Face) parts(g uint16) (out []uint16) {
	b := f.glyf[f.loca[g]:f.loca[g+1]]
	if len(b) < 10 || i16(b, 0) >= 0 {
		return nil
	}
	const words, scale, more, scales, matrix = 1, 8, 32, 64, 128
	for at := 10; ; {
		flags := u16(b, at)
		out = append(out, uint16(u16(b, at+2)))
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return out
		}
	}
}

type table struct {
	tag  string
	data []byte
}

// assemble writes a TrueType file of tables, which are in order of their tag.
func assemble(tables []table) []byte {
	var kept []table
	for _, t := range tables {
		if t.data != nil {
			kept = append(kept, t)
		}
	}
	n, power, log := len(kept), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, power * 16, log, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*n
	for _, t := range kept {
		out = append(out, t.tag...)
		out = binary.BigEndian.AppendUint32(out, sum(t.data))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range kept {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func sum(b []byte) (s uint32) {
	for len(b) >= 4 {
		s += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var rest [4]byte
	copy(rest[:], b)
	return s + binary.BigEndian.Uint32(rest[:])
}
