package exposition

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// process is what the system says of this process. What it does not say is 0.
type process struct {
	// cpu is the processor time it has taken.
	cpu                 time.Duration
	resident            uint64 // bytes
	openFiles, maxFiles uint64
}

// writeProcess writes what Prometheus' libraries tell of each process, under their names.
func (p *page) writeProcess(started time.Time) {
	p.family("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.")
	p.number("process_start_time_seconds", float64(started.UnixMilli())/1000)
	own := ask()
	if own.cpu > 0 {
		p.family("process_cpu_seconds_total", "counter", "The processor time that the process has taken.")
		p.number("process_cpu_seconds_total", own.cpu.Seconds())
	}
	for _, g := range []struct {
		name, help string
		value      uint64
	}{
		{"process_resident_memory_bytes", "The memory that the process has.", own.resident},
		{"process_open_fds", "The files and connections that the process has open.", own.openFiles},
		{"process_max_fds", "How many files and connections it may have open.", own.maxFiles},
		{"go_memstats_heap_alloc_bytes", "The memory that Go's heap uses.", heap()},
	} {
		if g.value > 0 {
			p.family(g.name, "gauge", g.help)
			p.count(g.name, g.value)
		}
	}
	p.family("go_goroutines", "gauge", "The goroutines that there are.")
	p.number("go_goroutines", float64(runtime.NumGoroutine()))
	p.family("go_info", "gauge", "The version of Go; always 1.")
	p.count("go_info", 1, "version", runtime.Version())
}

// heap is how many bytes of the heap are in use. Reading it does not stop the program.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
