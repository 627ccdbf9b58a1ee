package review

import (
	"maps"
	"slices"
)

// An Action is something that a person does at the desk. Its name stands in
// the audit chain.
type Action string

// The actions.
const (
	ReadInbox         Action = "inbox.view"
	ReadItem          Action = "item.view"
	DecideEntry       Action = "flag.decide"
	UndoEntry         Action = "flag.undo"
	ChangeDecision    Action = "flag.reclassify"
	TakeEntries       Action = "inbox.take"
	ReleaseEntries    Action = "inbox.release"
	SetLevel          Action = "level.set"
	ReadCase          Action = "case.view"
	SetClaim          Action = "claim.set"
	SetVerdict        Action = "verdict.set"
	DraftCorrection   Action = "correction.draft"
	ApproveCorrection Action = "correction.approve"
	PublishCorrection Action = "correction.publish"
	ReturnCorrection  Action = "correction.return"
	MendCorrection    Action = "correction.mend"
	AssignAnswer      Action = "answer.assign"
	ReplyAnswer       Action = "answer.reply"
	ReturnAnswer      Action = "answer.return"
	EscalateCase      Action = "case.escalate"
	CloseCase         Action = "case.close"
	ProposeHandoff    Action = "handoff.propose"
	ApproveHandoff    Action = "handoff.approve"
	RecallHandoff     Action = "handoff.recall"
	VetoHandoff       Action = "handoff.veto"
	UnlockCase        Action = "case.unlock"
	ReadHandoffs      Action = "handoff.view"
	AckHandoff        Action = "handoff.acknowledge"
	AddDocument       Action = "document.add"
	ConfirmFact       Action = "fact.confirm"
	AddRumour         Action = "rumour.add"
	LinkRumour        Action = "rumour.link"
	StartDrill        Action = "drill.start"
	EndDrill          Action = "drill.end"
	EraseItem         Action = "item.erase"
	ReadAudit         Action = "audit.view"
	ReadRequests      Action = "request.view"
	HandleRequest     Action = "request.handle"
)

// may says who does what; what is not here is refused. Units and
// neighbourhood boards see only what is assigned to them, editors only
// approved corrections, the liaison only hand-offs that were sent.
var may = map[Action][]Role{
	ReadInbox:         {Reviewer, Leader},
	ReadItem:          {Reviewer, Leader, Justice, Unit, Khoi},
	DecideEntry:       {Reviewer, Leader},
	UndoEntry:         {Reviewer, Leader},
	ChangeDecision:    {Reviewer, Leader},
	TakeEntries:       {Reviewer, Leader},
	ReleaseEntries:    {Reviewer, Leader},
	SetLevel:          {Reviewer, Leader},
	ReadCase:          {Reviewer, Leader, Justice, Office, Editor, Unit, Khoi},
	SetClaim:          {Reviewer},
	SetVerdict:        {Reviewer, Leader},
	DraftCorrection:   {Reviewer},
	ApproveCorrection: {Leader, Justice}, // Justice for what is kept from the leader
	PublishCorrection: {Reviewer, Editor},
	ReturnCorrection:  {Leader, Justice}, // likewise
	MendCorrection:    {Reviewer, Leader},
	AssignAnswer:      {Reviewer, Leader},
	ReplyAnswer:       {Reviewer, Office, Unit, Khoi},
	ReturnAnswer:      {Unit, Khoi},
	EscalateCase:      {Leader, Justice}, // likewise
	CloseCase:         {Reviewer, Leader},
	ProposeHandoff:    {Reviewer},
	ApproveHandoff:    {Leader},
	RecallHandoff:     {Reviewer, Leader},
	VetoHandoff:       {Justice},
	UnlockCase:        {Justice},
	ReadHandoffs:      {Liaison, Justice, Leader},
	AckHandoff:        {Liaison},
	AddDocument:       {Reviewer, Office, Justice},
	ConfirmFact:       {Reviewer, Office, Justice, Leader},
	AddRumour:         {Reviewer},
	LinkRumour:        {Reviewer, Leader},
	StartDrill:        {Reviewer, Leader},
	EndDrill:          {Reviewer, Leader},
	EraseItem:         {Justice},
	ReadAudit:         {Justice, Leader},
	ReadRequests:      {Justice},
	HandleRequest:     {Justice},
}

// Actions lists everything that somebody may do, by name.
func Actions() []Action { return slices.Sorted(maps.Keys(may)) }

// May reports whether a role may do an action at all; the state of the case
// may still refuse it.
func May(r Role, a Action) bool { return slices.Contains(may[a], r) }

// allow is the one gate that every act passes first.
func allow(by User, a Action) error {
	if !May(by.Role, a) || by.Name == "" {
		return refuse("forbidden", string(by.Role), string(a))
	}
	return nil
}
