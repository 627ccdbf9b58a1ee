package review

import (
	"slices"
	"time"

	"langnghe/internal/news"
)

// What a case is locked by. Only the first two open with a co-signature.
const (
	LockVoice    = "resident_voice" // it rests on residents' complaints, questions, opinions …
	LockVetoed   = "vetoed"         // the justice officer has vetoed a hand-off
	LockKind     = "kind"           // an answer or an emergency is never handed to the police
	LockEmpty    = "no_entry"       // no entry is left in it
	LockPolice   = "about_police"   // it criticises the police
	LockOfficial = "about_official" // it accuses an official
	LockNone     = "no_path"        // to those who must not know why
)

var lockTexts = map[string]news.Text{
	LockVoice:    {VI: "chỉ dựa trên phản ánh, câu hỏi, góp ý, ý kiến hoặc châm biếm của người dân", EN: "it rests on residents' complaints, questions, suggestions, opinions or satire alone"},
	LockVetoed:   {VI: "công chức tư pháp đã bác đề xuất chuyển", EN: "the justice officer has vetoed a hand-off"},
	LockKind:     {VI: "loại vụ việc này không bao giờ chuyển Công an", EN: "a case of this kind is never handed to the police"},
	LockEmpty:    {VI: "không còn mục tin nào trong vụ việc", EN: "no entry is left in the case"},
	LockNone:     {VI: "vụ việc này không có đường chuyển Công an", EN: "this case has no path to the police"},
	LockPolice:   {VI: "có nội dung phê bình Công an; Công an không xử lý việc về chính mình", EN: "it criticises the police, who do not handle what is about themselves"},
	LockOfficial: {VI: "có nội dung tố cáo cán bộ; việc này theo đường của Luật Tố cáo, báo Chủ tịch", EN: "it accuses an official; that goes to the chair by the law on denunciations"},
}

// LockText says why a case is locked.
func LockText(why string) news.Text { return lockTexts[why] }

// Lock reports whether a case has no path to a hand-off, and why: the kind of
// the first reason that holds. It is invariant 1, and it fails closed: an
// item that the machine has not read counts as a resident's voice.
//
// What a person decided is in Kind: an entry decided as answer, stat or out
// is in no case that can be handed on. Beyond that, the machine's stance
// keeps the case locked while every entry is a resident's voice, so that
// calling a complaint a rumour does not open the path. A victim's report of
// a scam is no lock, because the hand-off carries the claim and never the
// report.
//
// A veto is remembered with every entry and story that the case rested on,
// so that it holds in whatever case they come to stand; only a co-signature
// on that very case, later than both, opens it.
func Lock(c *Case) (why string, locked bool) {
	if !slices.Contains([]CaseKind{news.Verify, news.Scam, news.Danger}, c.Kind) {
		return LockKind, true
	}
	if len(c.Voices) == 0 {
		return LockEmpty, true
	}
	for _, v := range c.Voices {
		switch v.Subject {
		case SubjectPolice:
			return LockPolice, true
		case SubjectOfficial, SubjectLeader:
			return LockOfficial, true
		}
	}
	if h := c.Handoff; h != nil && h.Vetoed != "" && !c.openedSince(h.VetoedAt) {
		return LockVetoed, true
	}
	if slices.ContainsFunc(c.Voices, func(v Voice) bool { return !v.Vetoed.IsZero() && !c.openedSince(v.Vetoed) }) {
		return LockVetoed, true
	}
	free := func(v Voice) bool {
		return !v.Said && (v.Stance != "" && !v.Stance.Protected() || v.Cue && c.Kind == news.Scam)
	}
	if c.Unlocked == nil && !slices.ContainsFunc(c.Voices, free) {
		return LockVoice, true
	}
	return "", false
}

// openedSince reports whether the case was unlocked after the time.
func (c *Case) openedSince(t time.Time) bool {
	return c.Unlocked != nil && c.Unlocked.At.After(t)
}

// vetoed reports whether the justice officer has vetoed what the case rests
// on, opened since or not.
func (c *Case) vetoed() bool {
	return slices.ContainsFunc(c.Voices, func(v Voice) bool { return !v.Vetoed.IsZero() })
}

// Unlockable reports whether the justice officer's co-signature opens it.
func Unlockable(why string) bool { return why == LockVoice || why == LockVetoed }

// lock brings the computed fields up to date.
func (c *Case) lock() { c.LockWhy, c.Locked = Lock(c) }

// locked says whether the entry itself has no path: the person's decision
// counts, and before it the machine's stance.
func (e *Entry) locked() bool {
	if e.Decision != nil {
		switch e.Decision.Choice {
		case news.Verify, news.Scam, news.Danger:
			return false
		}
		return true
	}
	return protected(e.stance())
}

func protected(s news.Stance) bool { return s == "" || s.Protected() }

// stance of the machine, or "" without a reading. What somebody told the ward
// itself, in a report or a private message, is theirs whatever the machine
// makes of it, and counts as unread: protected.
func (e *Entry) stance() news.Stance {
	if e.Item == nil || e.Item.Reading == nil || e.Item.Kind == news.Tip {
		return ""
	}
	return e.Item.Reading.Stance
}

// said reports whether a person had decided, and not undone as a slip of the
// key, that the entry is to be answered, counted or dropped: the gate reads
// what a person decided, and one alone does not take it back.
func (e *Entry) said() bool {
	return slices.ContainsFunc(e.History, func(d Decision) bool {
		return d.Undone.IsZero() && (d.Choice == news.Answer || d.Choice == news.Stat || d.Choice == news.Out)
	})
}

// voice is what a case remembers of the entry.
func (e *Entry) voice() Voice {
	return Voice{Entry: e.ID, Stance: e.stance(), Cue: e.Item != nil && scamCue(e.Item.Reading), Said: e.said(), Subject: e.Subject}
}
