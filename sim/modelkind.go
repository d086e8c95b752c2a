package sim

import (
	"github.com/syncproof/syncproof/engine/mapping"
)

// modelKind is what differs between the adapters at model fidelity.
type modelKind struct {
	line line
	// tags and versions: writes carry If-Match, or the version they rest on.
	tags, versions bool
	// listsTags: what a look-up finds carries its tags.
	listsTags bool
	// resets: the quota's headers tell when the window ends.
	resets bool
	// bodySignal: what a 403 says about limits is in its body.
	bodySignal bool
	// findMisses: a look-up that finds nothing is answered 404.
	findMisses bool
	// asksByName: reads name the fields that they want.
	asksByName bool
	// readsCreated: a create is answered with an id alone.
	readsCreated bool
	names        map[string]bool // native names that the engine has a use for
}

func (w *World) modelKind(object int, side mapping.Side) modelKind {
	spec := systemSpec(w.sc, side)
	vendor := kindOf(spec.Kind)
	k := modelKind{names: map[string]bool{}}
	switch spec.Kind {
	case "genesys":
		k.line, k.resets, k.findMisses = genesysLine, true, true
	case "rest":
		k.line, k.resets, k.tags = restLine, true, yes(spec.Conditional)
		k.names[vendor.externalOf(object)] = true
	case "dynamics":
		k.line, k.asksByName, k.tags, k.listsTags = dynamicsLine, true, yes(spec.Conditional), true
		k.names[vendor.externalOf(object)] = true
	default:
		k.line, k.bodySignal, k.asksByName, k.readsCreated = salesforceLine, true, true, true
		k.versions = yes(spec.Conditional)
		k.names[vendor.externalOf(object)] = true
		if k.versions {
			k.names[vendor.baseVersionOf(object)] = true
		}
	}
	for _, name := range w.newView(object, side, everything).ask {
		k.names[name] = true
	}
	return k
}
