package review

import "time"

// An Account is a person who may sign in. Its hash never leaves the role.
type Account struct {
	Name     string    `json:"name"`
	Role     Role      `json:"role"`
	Unit     string    `json:"unit,omitempty"`
	Hash     string    `json:"-"` // of the password, argon2id in its usual text form
	Created  time.Time `json:"created"`
	Disabled time.Time `json:"disabled,omitzero"`
	Failures int       `json:"failures,omitempty"` // in a row
	Locked   time.Time `json:"locked,omitzero"`    // until
}

// User returns the account as the person who acts.
func (a Account) User() User { return User{Name: a.Name, Role: a.Role, Unit: a.Unit} }

// A Session is a signed-in browser. Only a hash of its token is stored.
type Session struct {
	Token   string    `json:"-"` // SHA-256 of the cookie, in hex
	User    string    `json:"user"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
}

// A SecondFactor is what a person proves beside the password. The secret and
// the hashes of the recovery codes never leave the role.
type SecondFactor struct {
	Secret   string    // base32, of RFC 6238
	Since    time.Time // when a code has shown that it works; zero is not yet
	Step     int64     // of the last code that was used: none works twice
	Recovery []string  // hashes of the codes that are left
}
