package review_test

import (
	"testing"

	"langnghe/internal/news"
	"langnghe/review"
)

// matrix says once more, action by action, who may; rows are read by people.
// Order: reviewer leader justice liaison office editor khoi unit admin.
var matrix = map[review.Action]string{
	review.ReadInbox:         "x x . . . . . . .",
	review.ReadItem:          "x x x . . . x x .",
	review.DecideEntry:       "x x . . . . . . .",
	review.UndoEntry:         "x x . . . . . . .",
	review.ChangeDecision:    "x x . . . . . . .",
	review.TakeEntries:       "x x . . . . . . .",
	review.ReleaseEntries:    "x x . . . . . . .",
	review.SetLevel:          "x x . . . . . . .",
	review.ReadCase:          "x x x . x x x x .",
	review.SetClaim:          "x . . . . . . . .",
	review.SetVerdict:        "x x . . . . . . .",
	review.DraftCorrection:   "x . . . . . . . .",
	review.ApproveCorrection: ". x x . . . . . .",
	review.PublishCorrection: "x . . . . x . . .",
	review.ReturnCorrection:  ". x x . . . . . .",
	review.MendCorrection:    "x x . . . . . . .",
	review.AssignAnswer:      "x x . . . . . . .",
	review.ReplyAnswer:       "x . . . x . x x .",
	review.ReturnAnswer:      ". . . . . . x x .",
	review.EscalateCase:      ". x x . . . . . .",
	review.CloseCase:         "x x . . . . . . .",
	review.ProposeHandoff:    "x . . . . . . . .",
	review.ApproveHandoff:    ". x . . . . . . .",
	review.RecallHandoff:     "x x . . . . . . .",
	review.VetoHandoff:       ". . x . . . . . .",
	review.UnlockCase:        ". . x . . . . . .",
	review.ReadHandoffs:      ". x x x . . . . .",
	review.AckHandoff:        ". . . x . . . . .",
	review.AddDocument:       "x . x . x . . . .",
	review.ConfirmFact:       "x x x . x . . . .",
	review.AddRumour:         "x . . . . . . . .",
	review.LinkRumour:        "x x . . . . . . .",
	review.StartDrill:        "x x . . . . . . .",
	review.EndDrill:          "x x . . . . . . .",
	review.EraseItem:         ". . x . . . . . .",
	review.ReadAudit:         ". x x . . . . . .",
	review.ReadRequests:      ". . x . . . . . .",
	review.HandleRequest:     ". . x . . . . . .",
}

func TestMatrix(t *testing.T) {
	roles := []review.Role{review.Reviewer, review.Leader, review.Justice, review.Liaison, review.Office, review.Editor, review.Khoi, review.Unit, review.Admin}
	for _, action := range review.Actions() {
		if _, ok := matrix[action]; !ok {
			t.Errorf("the matrix says nothing about %s", action)
		}
	}
	for action, row := range matrix {
		for i, r := range roles {
			if got, want := review.May(r, action), row[2*i] == 'x'; got != want {
				t.Errorf("%s may %s: %v, want %v", r, action, got, want)
			}
		}
	}
	for _, r := range append(roles, "", "king") {
		if review.May(r, "anything.else") {
			t.Errorf("%s may do what nobody knows", r)
		}
	}
}

// Every act asks the matrix: a person of no role is refused everywhere, and
// leaves no trace but the counter.
func TestEveryActIsGuarded(t *testing.T) {
	h := newHouse(t)
	ctx, nobody := t.Context(), review.User{Name: "ai", Role: "nobody"}
	id := h.scam("a")
	before := h.audits("")
	_, errEntry := h.Entry(ctx, "a", nobody)
	_, errCase := h.Case(ctx, id, nobody)
	_, errCases := h.Cases(ctx, review.CaseQuery{By: nobody})
	_, errInbox := h.Inbox(ctx, review.InboxQuery{By: nobody})
	_, errDecide := h.Decide(ctx, review.DecideRequest{Entry: "a", Choice: "stat", By: nobody})
	_, errBatch := h.TakeBatch(ctx, review.BatchRequest{By: nobody})
	_, errAgain := h.Reclassify(ctx, review.DecideRequest{Entry: "a", Choice: "stat", Note: "x", By: nobody})
	_, errSlips := h.Handoffs(ctx, nobody)
	_, errAudit := h.Audit(ctx, review.AuditQuery{By: nobody})
	_, errDocument := h.AddDocument(ctx, docFor("1/TB"), nobody)
	_, errDrill := h.StartDrill(ctx, review.DrillRequest{Text: "x", Level: news.High, By: nobody})
	for _, err := range []error{
		errEntry, errCase, errCases, errInbox, errDecide, errBatch, errAgain, h.ReleaseBatch(ctx, nobody), errSlips, errAudit, errDocument,
		h.Undo(ctx, "a", nobody), h.SetLevel(ctx, "a", 1, nobody), h.SetCaseLevel(ctx, id, 1, nobody),
		h.SetClaim(ctx, id, "", "x", nil, nobody), h.SetVerdict(ctx, id, review.Fake, proposal().Citation, nobody),
		h.DraftCorrection(ctx, id, "x", "", "", nobody), h.ApproveCorrection(ctx, id, nobody), h.PublishCorrection(ctx, id, "x", nobody),
		h.ReturnCorrection(ctx, id, "x", nobody), h.MendCorrection(ctx, id, "x", nobody), h.ReturnAnswer(ctx, id, "x", nobody),
		h.Assign(ctx, id, "x", h.now, nobody), h.Reply(ctx, id, "x", nobody), h.Escalate(ctx, id, "x", nobody), h.CloseCase(ctx, id, "x", nobody),
		h.ProposeHandoff(ctx, id, proposal(), nobody), h.ApproveHandoff(ctx, id, nobody), h.RecallHandoff(ctx, id, "x", nobody),
		h.VetoHandoff(ctx, id, "x", nobody), h.Unlock(ctx, id, "x", nobody), h.AcknowledgeHandoff(ctx, id, "received", "", nobody),
		errDrill, h.EndDrill(ctx, "x", nobody), h.ConfirmFact(ctx, "x", nobody), h.EraseItem(ctx, "a", "x", nobody),
	} {
		h.refused(err, "forbidden")
	}
	if after := h.audits(""); after != before {
		t.Errorf("refused acts added %d audit entries", after-before)
	}
}
