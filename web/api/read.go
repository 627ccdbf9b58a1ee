package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langnghe/internal/news"
)

// Read fills the struct that in points to from a request and checks it. What
// is wrong is an [*Invalid] that names every place; a body that is too large
// is the error of its reader.
//
// A body must say that it is JSON: browsers send that type to another site
// only after asking, so no form of another site can forge one.
func (ts *Types) Read(r *http.Request, in any) error {
	v := reflect.ValueOf(in).Elem()
	bad := &Invalid{Status: http.StatusBadRequest}
	params, body := map[string]bool{}, false
	query := r.URL.Query()
	for _, f := range fieldsOf(v.Type()) {
		to := v.FieldByIndex(f.index)
		switch name := f.Tag.Get("query"); {
		case name != "":
			params[name] = true
			given := query[name]
			if d := f.Tag.Get("default"); len(given) == 0 && d != "" {
				given = []string{d}
			}
			if say, ok := set(to, given); !ok {
				bad.add("", name, say)
				continue
			}
			if say, ok := ts.check(f, to, len(given) > 0); !ok {
				bad.add("", name, say)
			}
		case f.name != "":
			body = true
		}
	}
	for name := range query {
		if !params[name] {
			bad.add("", name, news.Text{VI: "không có tham số này", EN: "there is no such parameter"})
		}
	}
	if len(bad.Places) > 0 {
		return bad
	}
	if !body {
		return nil
	}
	given, err := decode(r, in)
	if err != nil {
		return err
	}
	bad.Status = http.StatusUnprocessableEntity
	for _, f := range fieldsOf(v.Type()) {
		if f.name == "" {
			continue
		}
		if say, ok := ts.check(f, v.FieldByIndex(f.index), given[f.name]); !ok {
			bad.add("/"+f.name, "", say)
		}
	}
	if len(bad.Places) > 0 {
		return bad
	}
	return nil
}

func (e *Invalid) add(pointer, parameter string, say news.Text) {
	e.Places = append(e.Places, Place{Pointer: pointer, Parameter: parameter, Say: say})
}

// decode reads the body and says which fields it has.
func decode(r *http.Request, in any) (given map[string]bool, err error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 {
		return nil, nil // every field may be left out, or check says which not
	}
	one := func(status int, pointer string, say news.Text) error {
		return &Invalid{Status: status, Places: []Place{{Pointer: pointer, Say: say}}}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, &Invalid{Status: http.StatusUnsupportedMediaType, Places: []Place{{Parameter: "Content-Type", Say: news.Text{VI: "phải là application/json", EN: "must be application/json"}}}}
	}
	if !utf8.Valid(raw) {
		return nil, one(http.StatusBadRequest, "", news.Text{VI: "không phải UTF-8", EN: "is not UTF-8"})
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err = dec.Decode(in)
	var kindErr *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kindErr):
		return nil, one(http.StatusBadRequest, "/"+strings.ReplaceAll(kindErr.Field, ".", "/"),
			news.Text{VI: "phải là " + kindOf(kindErr.Type) + ", không phải " + kindErr.Value, EN: "must be " + kindOf(kindErr.Type) + ", not " + kindErr.Value})
	case errors.As(err, &syntax):
		return nil, one(http.StatusBadRequest, "", news.Text{VI: fmt.Sprintf("sai cú pháp JSON ở byte %d: %v", syntax.Offset, syntax), EN: fmt.Sprintf("bad JSON at byte %d: %v", syntax.Offset, syntax)})
	case err != nil:
		if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			name, _ = strconv.Unquote(name)
			return nil, one(http.StatusBadRequest, "/"+name, news.Text{VI: "không có trường này", EN: "there is no such field"})
		}
		return nil, one(http.StatusBadRequest, "", news.Text{VI: "không đọc được: " + err.Error(), EN: "cannot be read: " + err.Error()})
	case dec.More():
		return nil, one(http.StatusBadRequest, "", news.Text{VI: "có nội dung thừa sau JSON", EN: "has more after its JSON"})
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, one(http.StatusBadRequest, "", news.Text{VI: "phải là một đối tượng JSON", EN: "must be a JSON object"})
	}
	given = map[string]bool{}
	for k := range keys {
		given[k] = true
	}
	return given, nil
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "object"
	}
	return "number"
}

// set puts the values of a parameter into a field.
func set(to reflect.Value, given []string) (news.Text, bool) {
	if len(given) == 0 {
		return news.Text{}, true
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(given[0])
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(given[0], 10, 64)
		if err != nil || to.OverflowInt(n) {
			return news.Text{VI: "phải là số nguyên", EN: "must be a whole number"}, false
		}
		to.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(given[0])
		if err != nil {
			return news.Text{VI: "phải là true hoặc false", EN: "must be true or false"}, false
		}
		to.SetBool(b)
	case reflect.Slice:
		for _, g := range given {
			if g != "" {
				to.Set(reflect.Append(to, reflect.ValueOf(g).Convert(to.Type().Elem())))
			}
		}
	default:
		panic("api: a parameter of kind " + to.Kind().String())
	}
	return news.Text{}, true
}

// check compares a value with what the tags of its field say.
func (ts *Types) check(f field, v reflect.Value, given bool) (news.Text, bool) {
	wrong := func(vi, en string, args ...any) (news.Text, bool) {
		return news.Text{VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}, false
	}
	if f.Tag.Get("required") != "" && (!given || v.Kind() != reflect.Bool && v.Kind() != reflect.Int && v.IsZero() || v.Kind() == reflect.String && strings.TrimSpace(v.String()) == "") {
		return wrong("phải có", "is missing")
	}
	if !given {
		return news.Text{}, true
	}
	least, most := -1<<62, 1<<62
	if r, ok := ts.Ranges[v.Type()]; ok {
		least, most = r[0], r[1]
	}
	if n, err := strconv.Atoi(f.Tag.Get("min")); err == nil {
		least = n
	}
	if n, err := strconv.Atoi(f.Tag.Get("max")); err == nil {
		most = n
	}
	allowed := func(v reflect.Value) (news.Text, bool) {
		enum := ts.Enums[v.Type()]
		if e := f.Tag.Get("enum"); e != "" {
			enum = strings.Fields(e)
		}
		if enum != nil && v.String() != "" && !slices.Contains(enum, v.String()) {
			return wrong("phải là một trong: %s", "must be one of: %s", strings.Join(enum, ", "))
		}
		return news.Text{}, true
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		n := int(v.Int())
		if n < least || n > most {
			return wrong("phải từ %d đến %d", "must be from %d to %d", least, most)
		}
		if e := strings.Fields(f.Tag.Get("enum")); len(e) > 0 && !slices.Contains(e, strconv.Itoa(n)) {
			return wrong("phải là một trong: %s", "must be one of: %s", strings.Join(e, ", "))
		}
	case reflect.String:
		if n := utf8.RuneCountInString(v.String()); n > most {
			return wrong("dài quá %d ký tự", "is longer than %d characters", most)
		} else if n < least {
			return wrong("ngắn hơn %d ký tự", "is shorter than %d characters", least)
		}
		if f.Tag.Get("format") == "date" && v.String() != "" {
			if _, err := time.Parse(time.DateOnly, v.String()); err != nil {
				return wrong("phải là ngày dạng 2026-11-24", "must be a day, as 2026-11-24")
			}
		}
		return allowed(v)
	case reflect.Slice:
		if v.Len() > most || v.Len() < least {
			return wrong("phải có từ %d đến %d giá trị", "must have from %d to %d values", max(least, 0), most)
		}
		for i := range v.Len() {
			if v.Type().Elem().Kind() != reflect.String {
				break
			}
			if say, ok := allowed(v.Index(i)); !ok {
				return say, false
			}
		}
	}
	return news.Text{}, true
}
