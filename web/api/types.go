package api

import (
	"encoding"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Types describes Go types as JSON schemas, as encoding/json writes them.
type Types struct {
	Enums  map[reflect.Type][]string // what a type of texts may hold
	Ranges map[reflect.Type][2]int   // of a type of numbers

	schemas map[string]any          // by name
	names   map[reflect.Type]string // of structs
}

type object = map[string]any

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType = reflect.TypeFor[json.Marshaler]()
)

// schema describes a value of type t. Structs with a name are described once,
// among the components.
func (ts *Types) schema(t reflect.Type) object {
	if s := ts.bounded(t); s != nil {
		return s
	}
	switch {
	case t == timeType:
		return object{"type": "string", "format": "date-time"}
	case t == rawType || t.Kind() == reflect.Interface:
		return object{}
	case t.Implements(textType):
		return object{"type": "string"}
	case t.Implements(jsonType):
		panic(fmt.Sprintf("api: %v writes its own JSON; say in Types how it looks", t))
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Pointer:
		return ts.schema(t.Elem())
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": ts.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": ts.schema(t.Elem())}
	case reflect.Struct:
		if t.Name() == "" {
			return ts.properties(t)
		}
		return object{"$ref": "#/components/schemas/" + ts.component(t)}
	}
	panic(fmt.Sprintf("api: no schema for %v", t))
}

func (ts *Types) bounded(t reflect.Type) object {
	if r, ok := ts.Ranges[t]; ok {
		return object{"type": "integer", "minimum": r[0], "maximum": r[1]}
	}
	if e, ok := ts.Enums[t]; ok {
		return object{"type": "string", "enum": e}
	}
	return nil
}

// component describes a struct under its name; two of the same name are told
// apart by their package.
func (ts *Types) component(t reflect.Type) string {
	if name, ok := ts.names[t]; ok {
		return name
	}
	if ts.names == nil {
		ts.names, ts.schemas = map[reflect.Type]string{}, object{}
	}
	name := upper(t.Name())
	if _, taken := ts.schemas[name]; taken {
		name = upper(path.Base(t.PkgPath())) + name
	}
	ts.names[t] = name
	ts.schemas[name] = object{} // a struct may hold its own kind
	ts.schemas[name] = ts.properties(t)
	return name
}

func upper(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// properties describes the JSON fields of a struct.
func (ts *Types) properties(t reflect.Type) object {
	props, required := object{}, []string{}
	for _, f := range fieldsOf(t) {
		if f.name == "" {
			continue
		}
		s := f.limit(ts.schema(f.Type))
		if !f.optional {
			required = append(required, f.name)
			switch k := f.Type.Kind(); {
			case k == reflect.Slice || k == reflect.Map:
				if s["contentEncoding"] == nil && s["type"] != nil {
					s["type"] = []any{s["type"], "null"}
				}
			case k == reflect.Pointer:
				s = object{"anyOf": []any{s, object{"type": "null"}}}
			}
		}
		props[f.name] = s
	}
	out := object{"type": "object", "properties": props}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// A field is one field of a struct with the fields of embedded ones.
type field struct {
	reflect.StructField
	index    []int
	name     string // in JSON; "" is not there
	optional bool   // omitempty, omitzero
}

func fieldsOf(t reflect.Type) (out []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" && (f.Type.Kind() == reflect.Struct && f.Type != timeType || f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct) {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			for _, g := range fieldsOf(inner) {
				g.index = append([]int{i}, g.index...)
				out = append(out, g)
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		x := field{StructField: f, index: []int{i}, name: tag, optional: strings.Contains(opts, "omit")}
		switch tag {
		case "":
			x.name = f.Name
		case "-":
			x.name = ""
		}
		if f.Tag.Get("api") == "-" { // kept in the store, never in an answer
			x.name = ""
		}
		out = append(out, x)
	}
	return out
}

// limit adds what the tags of a field say to its schema.
func (f field) limit(s object) object {
	low, high, length := "minimum", "maximum", false
	switch s["type"] {
	case "string":
		low, high, length = "minLength", "maxLength", true
	case "array":
		low, high = "minItems", "maxItems"
	}
	for tag, word := range map[string]string{"min": low, "max": high} {
		if n, err := strconv.Atoi(f.Tag.Get(tag)); err == nil {
			s[word] = n
		}
	}
	if length && f.Tag.Get("required") != "" && s["minLength"] == nil && s["enum"] == nil {
		s["minLength"] = 1
	}
	if e := f.Tag.Get("enum"); e != "" {
		of := s
		if items, ok := s["items"].(object); ok {
			of = items
		}
		var values []any
		for _, v := range strings.Fields(e) {
			if n, err := strconv.Atoi(v); err == nil {
				values = append(values, n)
			} else {
				values = append(values, v)
			}
		}
		of["enum"] = values
	}
	if e := f.Tag.Get("format"); e != "" {
		s["format"] = e
	}
	if d := f.Tag.Get("doc"); d != "" {
		s["description"] = d
	}
	if d := f.Tag.Get("default"); d != "" {
		if n, err := strconv.Atoi(d); err == nil {
			s["default"] = n
		} else {
			s["default"] = d
		}
	}
	return s
}
