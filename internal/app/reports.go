package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"langnghe/alerts"
	"langnghe/crawler"
	"langnghe/indexer"
	"langnghe/internal/bus"
	"langnghe/internal/news"
	"langnghe/internal/reading"
	"langnghe/internal/store"
	"langnghe/reports"
	"langnghe/review"
	"langnghe/rules/patterns"
	"langnghe/rules/trend"
)

// A ReportRequest is what the command asks of the desk: to write a report, to
// verify kept ones, or to list them.
type ReportRequest struct {
	Do     string       `json:"do"` // write, verify, list
	Kind   reports.Kind `json:"kind,omitempty"`
	At     time.Time    `json:"at,omitzero"`
	Year   int          `json:"year,omitempty"`
	Case   string       `json:"case,omitempty"`
	Format string       `json:"format,omitempty"` // docx, pdf, xlsx, text, json
	Save   bool         `json:"save,omitempty"`   // keep it as a draft
	ID     string       `json:"id,omitempty"`     // of the one to verify; empty is all
	Offset int          `json:"offset,omitempty"`
	By     string       `json:"by"`
}

// A ReportReply answers it.
type ReportReply struct {
	Name    string           `json:"name,omitempty"`
	File    []byte           `json:"file,omitempty"`
	Reports []reports.Report `json:"reports,omitempty"`
	Checks  []ReportCheck    `json:"checks,omitempty"`
	More    bool             `json:"more,omitempty"` // there are further reports
}

// A ReportCheck is what verification found of one report.
type ReportCheck struct {
	ID, Subject string
	Numbers     int
	Differences []ReportDifference
}

// A ReportDifference is one number that is not what the store gives.
type ReportDifference struct {
	Figure, What, Said, Now string
	Later                   bool // right when it was written; Why says what has changed since
	Why                     news.Text
}

// reportsPerAsk is how many reports one question verifies, so that an answer
// comes in time.
const reportsPerAsk = 20

// reports builds the desk's reports over the roles that they ask.
func (b *builder) reports(d *review.Desk, s *store.Desk, p reading.Profile) (*reports.Desk, error) {
	house := b.opts.Config.Reports
	house.Ward, house.Superior = p.Ward.VI, p.Parent.VI
	house.Culture = cmp.Or(house.Culture, unitName(p, "vh-xh"))
	r, err := reports.New(reports.Options{
		Store: s.Reports(), Log: b.log.With("component", "reports"), Now: b.now, Days: b.days,
		Counts: b.reportCounts,
		Cases:  func(ctx context.Context, known time.Time) ([]reports.Case, error) { return reportCases(ctx, d, known) },
		Told:   func(ctx context.Context, id string, by reports.Person) ([]string, error) { return told(ctx, d, id, by) },
		Kept: func(ctx context.Context, id string, by reports.Person) (bool, error) {
			return d.Keeps(ctx, id, review.User{Name: by.Name, Role: review.Role(by.Role), Unit: by.Unit})
		},
		Sources:     b.reportSources,
		SourceNames: b.sourceNames,
		Headlines:   b.headlines,
		Forecast:    forecastDays,
		Seasons: func(ctx context.Context, from, to time.Time) ([]reports.Season, error) {
			return b.scamSeasons(ctx, d, from, to)
		},
		Guard: patterns.Guard,
		Unit:  func(topic string) string { return unitName(p, p.Topics[topic]) },
		Units: units(p), House: house, BaseURL: b.baseURL(),
	})
	if err != nil {
		return nil, err
	}
	b.part("reports", func(ctx context.Context) error {
		if err := b.svc.released(ctx, b.opts.Manual); err != nil {
			return nil // a replay of old days writes no reports
		}
		tick := time.NewTicker(5 * time.Minute)
		defer tick.Stop()
		for {
			if err := r.Tick(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("periodic work", "work", "reports", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
	reply(b, AskReport, func(ctx context.Context, q ReportRequest) (ReportReply, error) { return b.report(ctx, r, s, q) })
	return r, nil
}

// reportCounts asks the indexer how much there was each day.
func (b *builder) reportCounts(ctx context.Context, q reports.CountQuery) ([]reports.Count, error) {
	res, err := askWithin(b, AskCounts, 20*time.Second)(ctx, indexer.CountQuery{By: q.By, Bucket: indexer.Daily, Topic: q.Topic, From: q.From, To: q.To})
	if err != nil {
		return nil, err
	}
	out := make([]reports.Count, len(res.Rows))
	for i, r := range res.Rows {
		out[i] = reports.Count{Key: r.Key, Day: r.At, Items: r.Items}
	}
	return out, nil
}

func (b *builder) reportSources(ctx context.Context) (all, working int, err error) {
	list, err := askNone(b, AskSources)(ctx)
	return len(list), len(slices.DeleteFunc(list, func(s crawler.Status) bool { return s.State != "ok" })), err
}

// sourceNames are what people call the sources, by id.
func (b *builder) sourceNames(ctx context.Context) (map[string]string, error) {
	list, err := askNone(b, AskSources)(ctx)
	out := map[string]string{}
	for _, s := range list {
		out[s.Source.ID] = s.Source.Name
	}
	return out, err
}

// headlines are titles of articles with good news about the ward. Posts and
// comments of people are none.
func (b *builder) headlines(ctx context.Context, from, to time.Time, limit int) ([]reports.Headline, error) {
	res, err := ask(b, AskSearch)(ctx, indexer.Query{Areas: []string{news.InArea}, Tones: []string{"positive"}, Kinds: []string{string(news.Article), string(news.Official)}, From: from, To: to, Newest: true, Limit: 4 * limit})
	if err != nil {
		return nil, err
	}
	var out []reports.Headline
	seen := map[string]bool{}
	for _, h := range res.Hits {
		story := h.Item.ID
		if h.Item.Reading != nil {
			story = cmp.Or(h.Item.Reading.Story, story)
		}
		if h.Item.Title == "" || seen[story] || len(out) == limit {
			continue
		}
		seen[story] = true
		out = append(out, reports.Headline{Title: h.Item.Title, Source: h.Item.Source, Day: h.Item.At()})
	}
	return out, nil
}

// forecastDays says what the days after a daily series may bring.
func forecastDays(_ context.Context, first time.Time, daily []float64, days int) ([]reports.Band, error) {
	series := make([]trend.Point, len(daily))
	for i, v := range daily {
		series[i] = trend.Point{At: first.AddDate(0, 0, i), Value: v}
	}
	bands, err := trend.Forecast(series, days, trend.Options{Slot: 24 * time.Hour})
	if err != nil {
		return nil, err
	}
	out := make([]reports.Band, len(bands))
	for i, f := range bands {
		out[i] = reports.Band{Day: f.At, Expected: f.Expected, Low: f.Low80, High: f.High80}
	}
	return out, nil
}

// reportCases tells reports of every case as it was known at a time: times,
// verdicts and what people on the team wrote for the public, nothing of an
// item. Cases whose every decision had been taken back were none.
func reportCases(ctx context.Context, d *review.Desk, known time.Time) ([]reports.Case, error) {
	const page = 500
	var out []reports.Case
	for read := 0; ; read += page {
		cs, err := d.Cases(ctx, review.CaseQuery{Closed: true, Offset: read, Limit: page})
		if err != nil {
			return nil, err
		}
		for i := range cs {
			if c, course, ok := cs[i].AsOf(known); ok && !c.Drill {
				out = append(out, reportCase(&c, &course))
			}
		}
		if len(cs) < page {
			return out, nil
		}
	}
}

// told are the words of a complaint for its slip. Who sees no item, or no
// longer sees the case, reads the slip without.
func told(ctx context.Context, d *review.Desk, id string, by reports.Person) ([]string, error) {
	u := review.User{Name: by.Name, Role: review.Role(by.Role), Unit: by.Unit}
	if !review.May(u.Role, review.ReadItem) {
		return nil, nil
	}
	out, err := d.Told(ctx, id, u)
	if errors.Is(err, review.ErrNotFound) {
		return nil, nil
	}
	return out, err
}

func reportCase(c *review.Case, was *review.Course) reports.Case {
	out := reports.Case{ID: c.ID, Kind: c.Kind, Title: c.Title, Claim: c.Claim, Topic: c.Topic, Place: c.Place, Level: c.Level, Unit: c.Unit, Due: c.Promised(), Until: c.Due,
		Verdict: string(c.Verdict), Citation: c.Citation, Opened: c.Opened, Closed: c.Closed, Kept: c.KeptFromLeader(),
		Answered: was.Replied, Drafted: was.Drafted, Approved: was.Approved, Outs: was.Published, Waits: reportSpans(was.Waited), Proposals: reportSpans(was.Proposed)}
	for _, e := range c.Timeline {
		if e.Act == string(review.PublishCorrection) {
			out.Places = append(out.Places, reports.Place{At: e.At, Where: e.Text})
		}
	}
	for _, m := range was.Measured {
		out.Effects = append(out.Effects, reports.Effect(m))
	}
	if k := c.Correction; k != nil {
		out.Published = k.Out
		out.Correct = &reports.CorrectionText{Portal: k.Portal, Post: k.Post, Radio: k.Radio, URL: k.URL}
		if e := c.Mends(); e != nil {
			out.Correct.Wrong, out.Correct.WrongOut = e.Wrong, e.Out
		}
	}
	if h := c.Handoff; h != nil {
		out.Handoff = &reports.Handoff{Category: string(h.Category), Claim: h.Claim, URLs: h.URLs, Evidence: h.Evidence, Harm: h.Harm, Request: h.Request,
			Citation: h.Citation, Proposed: h.Proposed, Approved: h.Approved, At: h.At, ApprovedAt: h.ApprovedAt, Sent: h.Sent, Seal: h.Seal,
			Outcome: h.Outcome, Vetoed: h.Vetoed, Received: h.Received}
		for _, x := range h.Captures {
			out.Handoff.Captures = append(out.Handoff.Captures, reports.Capture{URL: x.URL, Text: x.Text, SHA256: x.SHA256, At: x.At})
		}
		if l := h.Checklist; l != nil {
			out.Handoff.Checklist = []string{l.Context, l.Speaker, l.Intent, l.Content, l.Extent, l.Likelihood}
		}
		if h.Outcome != "" && out.Handoff.Received.IsZero() {
			out.Handoff.Received = h.Sent
		}
	}
	return out
}

func reportSpans(list []review.Span) []reports.Span {
	out := make([]reports.Span, len(list))
	for i, s := range list {
		out[i] = reports.Span(s)
	}
	return out
}

// reportFiles are a report as it goes to people by mail: the PDF to read, the
// document to work with.
func (b *builder) reportFiles(ctx context.Context, id string) (out []alerts.File, err error) {
	for _, f := range []struct{ format, kind string }{
		{"pdf", "application/pdf"}, {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	} {
		res, err := askWithin(b, AskReport, 20*time.Second)(ctx, ReportRequest{Do: "write", ID: id, Format: f.format, By: "system"})
		if err != nil {
			return nil, err
		}
		out = append(out, alerts.File{Name: res.Name, Type: f.kind, Data: res.File})
	}
	return out, nil
}

// report answers AskReport. Whoever may open the data folder's socket may
// read reports; the audit chain says that they did.
func (b *builder) report(ctx context.Context, r *reports.Desk, s *store.Desk, q ReportRequest) (ReportReply, error) {
	switch q.Do {
	case "list":
		list, err := s.Reports().Reports(ctx, q.Kind, q.Offset, 100)
		for i := range list {
			list[i] = reports.Report{ID: list[i].ID, Kind: list[i].Kind, Case: list[i].Case, At: list[i].At, State: list[i].State, Number: list[i].Number, By: list[i].By, Note: list[i].Paper.Head.Subject}
		}
		return ReportReply{Reports: list, More: len(list) == 100}, err
	case "verify":
		return verifyReports(ctx, r, s, q)
	case "write":
	default:
		return ReportReply{}, fmt.Errorf("report: nothing is called %q", q.Do)
	}
	req := reports.Request{Kind: q.Kind, At: q.At, Year: q.Year, Case: q.Case}
	var rep reports.Report
	var err error
	if q.ID != "" {
		rep, err = s.Reports().Report(ctx, q.ID)
	} else if rep, err = r.Write(ctx, req); err == nil && q.Save {
		rep, err = r.Keep(ctx, rep, q.By)
	}
	if err != nil {
		return ReportReply{}, err
	}
	if err := bus.Publish(ctx, b.bus, audited, news.Audit{ID: "report.print/" + rand.Text(), At: b.now(), Role: "desk", Who: q.By, Act: "report.print", Object: cmp.Or(rep.ID, q.Case), Detail: string(rep.Kind)}); err != nil {
		return ReportReply{}, err
	}
	out := ReportReply{Name: reports.FileName(&rep, q.Format)}
	var file bytes.Buffer
	switch q.Format {
	case "docx":
		err = r.WriteDOCX(&file, &rep)
	case "pdf":
		err = r.WritePDF(&file, &rep)
	case "xlsx":
		err = r.WriteXLSX(ctx, &file, &rep)
	case "text":
		file.WriteString(reports.Plaintext(&rep) + "\n")
	default:
		out.Reports = []reports.Report{rep}
	}
	out.File = file.Bytes()
	return out, err
}

// verifyReports computes the numbers of kept reports again.
func verifyReports(ctx context.Context, r *reports.Desk, s *store.Desk, q ReportRequest) (out ReportReply, err error) {
	var list []reports.Report
	if q.ID != "" {
		one, err := s.Reports().Report(ctx, q.ID)
		if err != nil {
			return out, err
		}
		list = append(list, one)
	} else if list, err = s.Reports().Reports(ctx, q.Kind, q.Offset, reportsPerAsk); err != nil {
		return out, err
	}
	out.More = q.ID == "" && len(list) == reportsPerAsk
	for i := range list {
		n, diff, err := r.Verify(ctx, &list[i])
		if err != nil {
			return out, err
		}
		check := ReportCheck{ID: list[i].ID, Subject: list[i].Paper.Head.Subject, Numbers: n}
		for _, d := range diff {
			check.Differences = append(check.Differences, ReportDifference{Figure: d.Figure, What: r.Describe(d.Query).VI, Said: d.Said, Now: d.Now, Later: d.Later, Why: d.Why})
		}
		out.Checks = append(out.Checks, check)
	}
	return out, nil
}
