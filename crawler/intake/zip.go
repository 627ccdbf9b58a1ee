package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	zipFiles = 2000
	zipRatio = 200 // no sheet that people make is packed tighter
)

// zipFits unfolds an archive to nowhere and refuses one that would be too
// large. The sizes that an archive says of itself are not believed.
func zipFits(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("tệp Excel hỏng (the Excel file is damaged): %w", err)
	}
	if len(z.File) > zipFiles {
		return errors.New("tệp Excel có quá nhiều phần (the Excel file has too many parts)")
	}
	most := min(int64(unfolds), max(int64(len(data))*zipRatio, 1<<20))
	var total int64
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("tệp Excel hỏng (the Excel file is damaged): %w", err)
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, most-total+1))
		_ = r.Close()
		if total += n; total > most {
			return fmt.Errorf("tệp Excel bung ra quá lớn, hơn %d MB (it unfolds to more than it may)", most>>20)
		}
		if err != nil {
			return fmt.Errorf("tệp Excel hỏng ở %q (the Excel file is damaged): %w", f.Name, err)
		}
	}
	return nil
}
