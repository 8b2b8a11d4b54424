package exposition

import (
	"strconv"
	"strings"
	"time"
)

// page is the text of metrics as it grows.
type page []byte

// family begins a metric.
func (p *page) family(name, kind, help string) {
	*p = append(*p, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kind+"\n"...)
}

// escape is for the values of labels.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// sample begins a line. labels are names and values in turn.
func (p *page) sample(name string, labels []string) {
	*p = append(*p, name...)
	for i := 0; i+1 < len(labels); i += 2 {
		*p = append(*p, "{,"[min(i, 1)])
		*p = append(*p, labels[i]+`="`+escape.Replace(labels[i+1])+`"`...)
	}
	if len(labels) > 0 {
		*p = append(*p, '}')
	}
	*p = append(*p, ' ')
}

func (p *page) count(name string, n uint64, labels ...string) {
	p.sample(name, labels)
	*p = append(strconv.AppendUint(*p, n, 10), '\n')
}

func (p *page) number(name string, n float64, labels ...string) {
	p.sample(name, labels)
	*p = append(strconv.AppendFloat(*p, n, 'g', -1, 64), '\n')
}

// histogram writes the samples of a histogram: its buckets count all times up to their bound.
func (p *page) histogram(name string, h histogram, label, value string) {
	all := uint64(0)
	for i, n := range h.buckets {
		all += n
		bound := "+Inf"
		if i < len(bounds) {
			bound = seconds(bounds[i])
		}
		p.count(name+"_bucket", all, label, value, "le", bound)
	}
	p.number(name+"_sum", h.sum.Seconds(), label, value)
	p.count(name+"_count", all, label, value)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }
