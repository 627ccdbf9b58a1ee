package paper

import (
	"fmt"
	"strings"
)

// Describe says in words what the chart shows, for those who cannot see it.
func (c *Chart) Describe() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s: ", c.Title)
	for i, v := range c.Values {
		if i > 0 {
			s.WriteString("; ")
		}
		label := ""
		if i < len(c.Labels) {
			label = c.Labels[i]
		}
		fmt.Fprintf(&s, "%s %d", label, v)
	}
	if c.Level > 0 {
		fmt.Fprintf(&s, "; %s %s", c.Legend, Decimal(c.Level))
	}
	return s.String()
}

// Decimal writes a number with one digit behind the comma, as in Vietnamese.
func Decimal(v float64) string {
	return strings.Replace(strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0"), ".", ",", 1)
}
