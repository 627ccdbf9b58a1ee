package reading

import (
	"slices"
	"strings"

	"langnghe/internal/news"
)

// stanceSets are the sets of the lexicon that tell what a writer does, by
// their index below.
var stanceSets = [...]string{
	"deny", "warn", "ask", "truth", "gripe", "rhetoric", "demand", "suggest", "praise", "joke", "sarcasm",
	"report", "official", "incident", "lure", "hearsay", "urgent", "future", "fear", "opinion", "ending", "doubt", "call", "trick", "chat",
}

const (
	sDeny = iota
	sWarn
	sAsk
	sTruth
	sGripe
	sRhetoric
	sDemand
	sSuggest
	sPraise
	sJoke
	sSarcasm
	sReport
	sOfficial
	sIncident
	sLure
	sHearsay
	sUrgent
	sFuture
	sFear
	sOpinion
	sEnding
	sDoubt
	sCall
	sTrick
	sChat
)

// stance is what the writer does, and the features that other labels need.
type stance struct {
	label   news.Stance
	hits    []hit
	feature [len(stanceSets)]float64
	// Features by name.
	official, incident, lure, fear, sarcasm float64
	laughs                                  float64 // 0…2
	rumour, scam, danger                    float64 // force of the surest rule that held
	grief                                   float64 // all that speaks for a complaint
	// wrapped is how much of a rumour's wrapping there is: someone said so, it
	// is urgent, it will be so from tomorrow, run.
	wrapped float64
	article bool    // edited text
	denied  bool    // "không hề có …" stands before the words of the rumour
	asks    bool    // it ends in a question
	topical bool    // it is about something the ward deals with
	opens   bool    // it begins with a warning
	headed  [2]bool // its title denies, or warns: by iDenial, iWarning
	mood    string  // tone of a claim
}

func (s *stance) because(v *view) []news.Span {
	hits := slices.Clone(s.hits)
	slices.SortFunc(hits, func(a, b hit) int { return int(a.start - b.start) })
	var out []news.Span
	for _, x := range hits {
		if len(out) == 8 {
			break
		}
		out = append(out, v.span(x.start, x.end))
	}
	return out
}

// base is what speaks for a complaint before a word is read.
const base = 0.8

// denialReach is how many words after a denial the denied may begin.
const denialReach = 4

// maxFeature bounds what one set can add, so that length wins nothing.
const maxFeature = 5

// stance weighs what the writer does. Refutations and warnings are looked for
// first, then questions about a rumour, then everything a resident may say;
// a claim is what is left when cues are there and nothing speaks for those.
func (r *Reader) stance(v *view, h hits, it *news.Item, cues []found, topical bool, t tone) (stance, scores) {
	s := stance{topical: topical}
	for i, id := range r.set.stances {
		sum := 0.0
		for _, x := range h[id] {
			if i == sPraise && (r.negated(v, h, x) || before(v, h[r.set.tone.wish], x, wishReach)) {
				continue // "không hài lòng", "mong tận tình hơn"
			}
			sum += float64(x.weight)
		}
		s.feature[i] = min(sum, maxFeature)
	}
	f := &s.feature
	s.official, s.incident, s.lure, s.fear, s.sarcasm = f[sOfficial], f[sIncident], f[sLure], f[sFear], f[sSarcasm]
	s.sarcasm += min(2, float64(v.signs.wry)) + min(1, float64(v.signs.laugh)*0.5)
	s.laughs = min(2, float64(v.signs.laugh))
	s.asks = v.asks(h[r.set.stances[sEnding]])
	s.opens = slices.ContainsFunc(h[r.set.stances[sWarn]], func(x hit) bool { return x.start == 0 && x.weight >= 1 })
	title := func(set int, least float32) bool {
		return slices.ContainsFunc(h[r.set.stances[set]], func(x hit) bool { return v.words[x.start].field == inTitle && x.weight >= least })
	}
	s.headed = [2]bool{iDenial: title(sDeny, 0.8), iWarning: title(sWarn, 0.6) || title(sTrick, 0.6)}
	for _, c := range cues {
		switch c.family.Kind {
		case rumour:
			s.rumour = max(s.rumour, float64(c.force))
			s.denied = s.denied || before(v, h[r.set.stances[sDeny]], c.hits[0], denialReach)
		case scam:
			s.scam = max(s.scam, float64(c.force))
		case danger:
			s.danger = max(s.danger, float64(c.force))
		}
	}
	if s.article = article(it); s.article {
		s.official++
	}
	s.grief = f[sGripe] + f[sRhetoric] + 0.3*min(t.minus, 6)
	if t.minus+t.plus+f[sGripe] > 0 {
		s.grief += 0.7 * s.sarcasm
	}
	s.wrapped = f[sHearsay] + 0.6*f[sUrgent] + 0.5*f[sFuture] + 0.7*f[sCall]
	s.mood = mood(cues, f)

	best := 0.75
	s.label = news.Other
	all := s.scores(v, t)
	for i, x := range all {
		if x > best {
			s.label, best = order[i], x
		}
	}
	if s.label == news.Other {
		switch b := t.balance(); {
		case b < -0.3 && f[sChat] < 1 && (s.topical || f[sGripe]+f[sRhetoric] >= 0.5):
			s.label = news.Complaint
		case s.official > 0:
			s.label = news.Report
		}
	}
	for _, i := range supports[s.label] {
		s.hits = append(s.hits, h[r.set.stances[i]]...)
	}
	return s, all
}

// article reports whether an item is edited text and not somebody's post.
func article(it *news.Item) bool {
	return it.Title != "" || it.Kind == news.Article || it.Kind == news.Official
}

// scores weighs the stances. The numbers were set by hand on the labelled
// posts of testdata; what they rest on is in the lexicon.
func (s *stance) scores(v *view, t tone) (score scores) {
	f := &s.feature
	score[iDenial] = f[sDeny]
	if s.denied {
		score[iDenial] += 1.5
	}
	score[iWarning] = s.warning()
	if s.opens && f[sIncident] < 1.2 {
		score[iWarning] += 0.8
	}
	if s.headed[iDenial] && f[sDeny] >= 1.5 {
		score[iDenial] += 2
	}
	if s.headed[iWarning] && f[sWarn] >= 1.5 && f[sTrick] >= 1 {
		score[iWarning] += 2
	}
	score[iComplaint] = s.grief + 0.3*f[sDemand]
	score[iQuestion] = f[sAsk] - 0.2*min(s.grief, 4)
	score[iSuggestion] = f[sSuggest] + 0.3*f[sDemand] - 0.25*t.minus
	score[iPraise] = f[sPraise] + 0.3*min(t.plus, 6) - 0.3*t.minus - 0.7*s.sarcasm - 0.5*f[sGripe] + 0.6*float64(min(2, v.signs.warm))
	score[iSatire] = f[sJoke]
	if s.topical {
		score[iSatire] += 0.4 * min(2, float64(v.signs.laugh))
	}
	score[iReport] = f[sReport] + 0.4*s.official
	score[iOpinion] = f[sOpinion]
	if s.asks {
		score[iQuestion] += 0.9 - 0.3*min(s.grief, 3)
	}
	if v.signs.questions > 0 {
		score[iQuestion] += 0.3
	}
	if s.asks && f[sAsk] < 1 && f[sSuggest]+f[sOpinion] < 0.8 && s.topical && t.plus <= t.minus && v.told() >= toldWords {
		// Who tells at length what is wrong and ends in a question complains.
		score[iQuestion] -= 0.5
		score[iComplaint] += 0.4
	}
	switch {
	case s.article:
		score[iReport] += 1.5
		score[iComplaint] -= 1.5
		score[iPraise] -= 1.5
	case s.silent(v, t):
		if t.plus >= 1 && t.plus > t.minus && f[sGripe] == 0 {
			score[iReport] += base
		} else {
			score[iComplaint] += base
		}
	}
	score[iOther] = f[sChat] - 0.5*min(s.grief, 3)
	if s.scam >= 1.2 {
		score[iPraise]--
		score[iOther]--
	}
	if !s.topical {
		score[iOther] += 0.3 * f[sChat]
	}
	if s.danger > 0 {
		score[iReport] += 3 * s.danger // a call for help, however it sounds
	}
	score[iRumourQuery] = s.query()
	if s.scam > 0 && f[sIncident] > 0 {
		told := 1.1*f[sIncident] + 0.7*s.scam - 0.6*min(f[sGripe], 1.6)
		if s.official >= 0.5 && f[sWarn] >= 1.5 || s.official >= 1 && f[sWarn] >= 1 {
			told *= 0.3 // an office tells of cases to warn
		}
		score[iReport] += told
	}
	score[iClaiming] = s.claim()
	return score
}

// warning weighs advice against a danger. Who warns names the trick or says
// what to do; who shouts that the dam has burst spreads it, whatever he calls
// his post.
func (s *stance) warning() float64 {
	f := &s.feature
	x := f[sWarn] - 0.4*f[sIncident]
	if f[sWarn] >= 0.5 {
		x += 0.6 * min(f[sTrick], 3)
	}
	if s.rumour >= 1.2 && f[sTrick] < 1 {
		x -= 0.5 + 0.5*s.wrapped
	}
	if f[sTruth] >= 1.5 {
		x *= 0.5
	}
	return x
}

// silent reports whether nothing says what the writer does, but it is about
// something the ward deals with. Most of such posts are a grievance told
// without a word of complaint in it; to take it for one protects them.
func (s *stance) silent(v *view, t tone) bool {
	f := &s.feature
	return s.topical && f[sChat] < 1 && f[sOpinion] < 0.85 && s.danger == 0 && s.official < 1 && s.rumour == 0 && s.scam == 0 && s.wrapped < 0.8 && f[sAsk] < 0.9 && f[sSuggest] < 1 &&
		f[sPraise] < 0.8 && f[sJoke] < 1 && f[sWarn] < 1 && f[sDeny] < 1 && v.signs.warm == 0 && t.plus <= t.minus+0.9
}

// query weighs a question about a rumour.
func (s *stance) query() float64 {
	f := &s.feature
	switch truth := f[sTruth]; {
	case truth > 0 && (s.rumour > 0 || f[sHearsay] > 0 || s.scam > 0):
		x := truth + 0.8*s.rumour + 0.5*f[sHearsay] + 0.6*f[sDoubt]
		if s.asks {
			x += 0.7
		}
		if f[sAsk] >= 1 && s.rumour >= 1 {
			x += 1 // "cho em hỏi có phải …"
		}
		return x
	case s.rumour > 0 && s.asks:
		return 0.7*s.rumour + 0.4*f[sHearsay] + 0.5*f[sAsk] + 0.3 + 0.6*f[sDoubt]
	case truth > 0 && s.asks:
		return truth + 0.5*f[sDoubt] - 0.4
	}
	return 0
}

// claim weighs the assertion of a rumour or the offer of a scam.
func (s *stance) claim() float64 {
	f := &s.feature
	x := 0.0
	if s.scam > 0 && f[sIncident] == 0 {
		x = 1.2*s.scam + 0.8*f[sLure] + 0.3*s.wrapped
	}
	switch {
	case s.rumour > 0:
		// A grievance uses the words of rumours without their wrapping.
		doubt := 0.6 * min(s.grief, 4)
		if s.wrapped >= 1 && (s.rumour >= 1.7 || s.grief < 0.9) {
			doubt = 0.2 * min(s.grief, 4)
		}
		x = max(x, 1.3*s.rumour+s.wrapped+0.3*f[sLure]-doubt)
	case s.scam == 0:
		x = max(x, 0.7*s.wrapped-0.5)
	}
	if s.asks && (f[sTruth] >= 1 || s.rumour > s.scam && f[sHearsay] >= 0.5) {
		x *= 0.5
	}
	if f[sAsk] >= 1 && s.asks {
		x *= 0.6
	}
	if f[sJoke] >= 1 {
		x -= 1.2 * f[sJoke]
	}
	if s.rumour > s.scam {
		x -= 0.5 * f[sSuggest]
	}
	if f[sTrick] >= 1 && f[sWarn] >= 0.5 {
		x -= 1.2 * f[sTrick]
	}
	x -= 0.7 * f[sDeny]
	if f[sDeny] >= 2 || s.denied {
		x *= 0.5
	}
	if s.rumour > s.scam {
		x -= 0.8 * s.laughs // who spreads alarm does not laugh
	}
	if s.article && s.rumour+s.scam > 0 {
		x -= 1.5
	}
	return x
}

// scores are the weights of the stances, in the order of order.
type scores [12]float64

const (
	iDenial = iota
	iWarning
	iComplaint
	iRumourQuery
	iQuestion
	iSuggestion
	iSatire
	iPraise
	iReport
	iOpinion
	iClaiming
	iOther
)

// order is who wins a tie: the readings that protect a resident come first.
var order = scoreNames{news.Denial, news.Warning, news.Complaint, news.RumourQuery, news.Question, news.Suggestion,
	news.Satire, news.Praise, news.Report, news.Opinion, news.Claiming, news.Other}

type scoreNames [len(scores{})]news.Stance

// supports are the sets whose hits are shown as the reason for a stance.
var supports = map[news.Stance][]int{
	news.Denial:      {sDeny},
	news.Warning:     {sWarn, sTrick},
	news.Complaint:   {sGripe, sRhetoric, sSarcasm, sDemand},
	news.RumourQuery: {sTruth, sHearsay, sDoubt},
	news.Question:    {sAsk, sEnding},
	news.Suggestion:  {sSuggest, sDemand},
	news.Satire:      {sJoke, sSarcasm},
	news.Praise:      {sPraise},
	news.Report:      {sIncident, sReport, sOfficial},
	news.Opinion:     {sOpinion},
	news.Other:       {sChat},
	news.Claiming:    {sHearsay, sUrgent, sFuture, sLure, sCall},
}

// asks reports whether the item ends in a question, by its mark or by a
// particle, or asks with several words before a pause: "đúng không ạ, …".
func (v *view) asks(endings []hit) bool {
	n := int32(len(v.words))
	if n == 0 {
		return false
	}
	for _, x := range endings {
		if x.weight > 0 && (x.end >= n-1 || x.end-x.start >= 2 && strings.ContainsAny(v.gap(int(x.end-1)), ",.?!;\n")) {
			return true
		}
	}
	last := v.words[n-1]
	for _, c := range v.fields[last.field][last.to:] {
		if c == '?' {
			return true
		}
	}
	return false
}

// toldWords is how many words before the last sentence make a story.
const toldWords = 10

// told is how many words stand before the last sentence.
func (v *view) told() int {
	for i := len(v.words) - 1; i > 0; i-- {
		if v.words[i].sentence {
			return i
		}
	}
	return 0
}

// likelyWitness is how sure it must be that who warns met the scam, surelyWitness
// how sure when he tells of no incident.
const (
	likelyWitness = 0.6
	surelyWitness = 0.8
	surelyTold    = 0.8 // and who just chats
)

// protected are the stances whose items never get a cue above level 1.
func protected(s news.Stance) bool {
	switch s {
	case news.Complaint, news.Question, news.Suggestion, news.Opinion, news.Satire, news.Praise, news.Warning, news.Denial:
		return true
	}
	return false
}

// gate makes cues of what was found: none above level 1 for a protected
// stance, none above level 1 that only a person may set, and boosters only
// beside another family.
//
// story is how likely it is that a rumour or a scam is behind the item: where it
// is not, nothing is above level 1, and where it is, a warning is a witness's.
// spoken is how likely it is that somebody complains, asks, thinks or jokes,
// whatever the likeliest stance is: in doubt, it is their right.
func (r *Reader) gate(v *view, s stance, all []found, story, spoken float64) []news.Cue {
	var out []news.Cue
	var boosters []string
	for _, c := range all {
		if c.family.Kind == booster {
			boosters = append(boosters, c.family.ID)
		}
	}
	report := s.label == news.Report && s.article
	chance := spoken > maySpeak || s.label == news.Other && story < surelyTold || story < likelyStory && (story < possibleStory || s.label != news.Claiming && s.label != news.RumourQuery)
	witness := s.label == news.Warning && !s.article && (story >= likelyWitness && s.incident > 0 || story >= surelyWitness)
	kept := protected(s.label) && !witness || report
	for _, c := range all {
		if c.family.Kind == booster {
			continue
		}
		level := c.level
		if c.family.Kind != person && !kept && !chance {
			level = min(level+news.Level(len(boosters)), c.family.Level)
		}
		if c.family.Kind == person || kept || chance && c.family.Kind != danger {
			level = min(level, news.Low)
		}
		out = append(out, news.Cue{Family: c.family.ID, Level: level, Because: c.spans(v), BoostedBy: boosters})
	}
	return out
}

// impact says what the item means for the work of the ward.
func impact(r news.Reading) string {
	if r.Area.Fit == news.OutOfArea {
		return "neutral"
	}
	switch r.Stance {
	case news.Complaint, news.Question, news.RumourQuery:
		return "useful"
	case news.Suggestion, news.Praise, news.Denial, news.Warning:
		return "favourable"
	case news.Claiming:
		return "adverse"
	case news.Satire:
		return "neutral"
	case news.Report:
		switch r.Tone.Label {
		case "negative":
			return "useful"
		default:
			return "favourable"
		}
	}
	for _, c := range r.Cues {
		if c.Family == "incitement" {
			return "adverse"
		}
	}
	if r.Tone.Label == "negative" {
		return "useful"
	}
	return "neutral"
}

// mood is how a claim sounds: an offer is cheerful, a notice is flat, and a
// rumour frightens.
func mood(cues []found, f *[len(stanceSets)]float64) string {
	best := float32(0)
	out := "negative"
	for _, c := range cues {
		if c.force <= best || c.family.Kind == booster {
			continue
		}
		best = c.force
		switch c.family.ID {
		case "free_gift_scam", "invest_job_scam":
			out = "positive"
		case "impersonation_police", "impersonation_utility", "fake_domain":
			out = "neutral"
		case "land_rumour":
			out = "negative"
			if f[sLure] > 0 {
				out = "positive"
			}
		case "health_rumour":
			out = "negative"
			if c.level == news.Medium {
				out = "positive" // a cure
			}
		case "school_rumour", "forged_document":
			out = "neutral"
			if f[sHearsay]+f[sFear] > 0.5 {
				out = "negative"
			}
		default:
			out = "negative"
		}
	}
	return out
}
