package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// An Operation is one endpoint as the description has it.
type Operation struct {
	ID      string
	Method  string
	Path    string
	Tag     string
	Summary string
	Roles   string // who may ask, in words
	Scope   string // that a token needs; "" is none
	Public  bool   // nobody has to sign in
	In, Out reflect.Type
	Status  int      // of success
	Body    []string // types of a body that is a file, not JSON
	Answer  []string // types of an answer that is no JSON
	Guarded bool     // takes If-Match
	Tagged  bool     // answers with an ETag
}

// Document describes the operations as OpenAPI 3.1.
func (ts *Types) Document(title, about string, ops []Operation) []byte {
	paths := object{}
	var tags []any
	for _, op := range ops {
		item, ok := paths[op.Path].(object)
		if !ok {
			item = object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = ts.operation(op)
		if t := (object{"name": op.Tag}); !slices.ContainsFunc(tags, func(x any) bool { return x.(object)["name"] == op.Tag }) {
			tags = append(tags, t)
		}
	}
	place := object{"type": "object", "required": []string{"detail"}, "properties": object{
		"pointer":   object{"type": "string", "description": "JSON pointer into the body"},
		"parameter": object{"type": "string", "description": "Parameter of the path, the query or the head"},
		"detail":    object{"type": "string"},
		"code":      object{"type": "string", "description": "Code of a mistake in a query: E_OPERAND, E_AUTHOR …"},
		"column":    object{"type": "integer", "minimum": 1, "description": "Code point of the query where the mistake is"},
	}}
	schemas := object{"ProblemDetails": object{
		"type": "object", "description": "RFC 9457, in the language that the caller prefers", "required": []string{"type", "title", "status", "detail"},
		"properties": object{
			"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"}, "detail": object{"type": "string"},
			"code":   object{"type": "string", "description": "Stable word for programs: locked, same_person, decided …"},
			"errors": object{"type": "array", "items": place},
		},
	}}
	maps.Copy(schemas, ts.schemas)
	doc := object{
		"openapi": "3.1.0",
		"info":    object{"title": title, "version": "1", "description": about},
		"servers": []any{object{"url": "/"}},
		"tags":    tags, "paths": paths,
		"components": object{
			"schemas": schemas,
			"securitySchemes": object{
				"session": object{"type": "apiKey", "in": "cookie", "name": "langnghe", "description": "The session of the browser; over HTTPS its name is __Host-langnghe"},
				"token":   object{"type": "http", "scheme": "bearer", "description": "A token of the account page; its scopes are listed with each operation"},
			},
			"responses": object{"Problem": object{
				"description": "Why not",
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/ProblemDetails"}}},
			}},
		},
	}
	raw, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err) // maps of plain values
	}
	return append(raw, '\n')
}

func (ts *Types) operation(op Operation) object {
	out := object{"operationId": op.ID, "summary": op.Summary, "tags": []string{op.Tag}, "description": op.Roles}
	params, body, required := []any{}, object{}, []string{}
	for part := range strings.SplitSeq(op.Path, "/") {
		if name := strings.Trim(part, "{}"); name != part {
			params = append(params, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	if op.In != nil {
		for _, f := range fieldsOf(op.In) {
			switch query := f.Tag.Get("query"); {
			case query != "":
				s := f.limit(ts.schema(f.Type))
				p := object{"name": query, "in": "query", "schema": s}
				if d := s["description"]; d != nil {
					p["description"] = d
					delete(s, "description")
				}
				if f.Tag.Get("required") != "" {
					p["required"] = true
				}
				params = append(params, p)
			case f.name != "":
				body[f.name] = f.limit(ts.schema(f.Type))
				if f.Tag.Get("required") != "" {
					required = append(required, f.name)
				}
			}
		}
	}
	header := func(name, what string) {
		params = append(params, object{"name": name, "in": "header", "description": what, "schema": object{"type": "string"}})
	}
	if op.Guarded {
		header("If-Match", "The ETag of what was read; when it has changed since, nothing is done and the answer is 412")
	}
	if op.Method == http.MethodPost {
		header("Idempotency-Key", "Any text of yours, at most 100 characters. The same request with the same key is done once, and answered with the first answer, for a day")
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	switch {
	case op.Body != nil:
		content := object{}
		for _, kind := range op.Body {
			content[kind] = object{}
		}
		out["requestBody"] = object{"required": true, "content": content}
	case len(body) > 0:
		s := object{"type": "object", "properties": body, "additionalProperties": false}
		if len(required) > 0 {
			s["required"] = required
		}
		out["requestBody"] = object{"required": len(required) > 0, "content": object{"application/json": object{"schema": s}}}
	}
	status := cmp.Or(op.Status, http.StatusOK)
	answer := object{"description": http.StatusText(status)}
	switch {
	case op.Answer != nil:
		content := object{}
		for _, kind := range op.Answer {
			content[kind] = object{}
		}
		answer["content"] = content
	case status != http.StatusNoContent:
		answer["content"] = object{"application/json": object{"schema": ts.schema(op.Out)}}
	}
	heads := object{}
	if op.Tagged {
		heads["ETag"] = object{"schema": object{"type": "string"}}
	}
	if op.Out != nil && op.Out.Kind() == reflect.Struct {
		if _, ok := op.Out.FieldByName("Next"); ok {
			heads["Link"] = object{"description": `The following page, rel="next"`, "schema": object{"type": "string"}}
		}
	}
	if len(heads) > 0 {
		answer["headers"] = heads
	}
	out["responses"] = object{strconv.Itoa(status): answer, "default": object{"$ref": "#/components/responses/Problem"}}
	security := []any{object{"session": []string{}}}
	switch {
	case op.Public:
		security = append(security, object{})
	case op.Scope != "":
		security = append(security, object{"token": []string{op.Scope}})
	default:
		security = append(security, object{"token": []string{}})
	}
	out["security"] = security
	return out
}
