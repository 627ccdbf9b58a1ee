// Package patterns finds what one text alone does not show: what needs a
// register, the time or several items. It judges names of sites, telephone
// numbers, papers, places and repetition, and says what it found as cues,
// which built-in rules decide with like with any other. It never says more
// than "signs of": each cue is at most evidence that a person looks at, and
// stance and area of the item decide in the rule what becomes of it
// (invariant 1).
//
// All of it is pure: no clock, no I/O. A [Register] holds what it needs to
// know of the world; without one, what needs it says nothing.
package patterns
