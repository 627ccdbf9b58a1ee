package app

import "langnghe/rules/patterns"

// register is what patterns know of the ward from its profile and the
// configuration; the documents come with the facts.
func (b *builder) register() patterns.Register {
	r := patterns.Register{Hotlines: b.opts.Config.Register.Hotlines}
	for _, k := range b.read.Profile().Khoi {
		r.Places = append(r.Places, k.Name.VI)
	}
	r.Places = append(r.Places, b.opts.Config.Register.Places...)
	for _, o := range b.opts.Config.Register.Offices {
		r.Offices = append(r.Offices, patterns.Office{Name: o.Name, From: o.From, To: o.To})
	}
	for _, x := range b.opts.Config.Register.Bodies {
		r.Bodies = append(r.Bodies, patterns.Body(x))
	}
	return r
}
