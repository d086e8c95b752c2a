package sim

import (
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/scenarios"
)

func (f *printer) disk(d *disk) {
	f.Flag(d.syncing)
	f.Int(int64(d.full))
	f.Int(int64(d.refused))
	f.Int(int64(len(d.pending)))
	for i := range d.pending {
		f.Buf = d.pending[i].Batch.Fingerprint(f.engineNow, f.Buf)
	}
	switch s := d.store.(type) {
	case *memory.State:
		f.Buf = s.Fingerprint(f.engineNow, f.Buf)
	case Copier[Store]:
		f.Buf = s.Fingerprint(f.engineNow, f.Buf)
	}
	for i := range f.w.schedule {
		if f.w.schedule[i].Verb == scenarios.Redeliver {
			f.Int(int64(len(d.recent)))
			for _, ref := range d.recent {
				f.Text(ref.String())
			}
			return
		}
	}
}
