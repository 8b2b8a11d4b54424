package main

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// printHelp prints kong's help in the language of its reader.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if !inChinese.Load() {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	out := ctx.Stdout
	defer func() { ctx.Stdout = out }()
	var printed bytes.Buffer
	ctx.Stdout = &printed
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	for line := range strings.Lines(strings.ReplaceAll(printed.String(), keptBlank, " ")) {
		line = strings.TrimSuffix(line, "\n")
		if usage, ok := strings.CutPrefix(line, "Usage: "); ok {
			line = textf("Usage: %s", usage)
		}
		sayf(out, "%s\n", wrapped(whole(line), helpWidth))
	}
	return nil
}

// keptBlank stands for a blank while kong breaks lines: it counts a wide character as one column, and Chinese has no blanks
// where it may be broken. See wrapped.
const keptBlank = "\uE000"

// translateHelp puts the help of all commands, flags and arguments into Chinese.
func translateHelp(node *kong.Node) {
	node.Help = helpText(whole(node.Help))
	if node.Detail != "" {
		node.Detail = helpText(zhDetails[node.Path()])
	}
	for _, value := range valuesOf(node) {
		value.Help = helpText(whole(value.Help))
	}
	for _, child := range node.Children {
		translateHelp(child)
	}
}

// helpText keeps the blanks of a text, but for those at the beginning of its lines, which tell kong how to print them.
func helpText(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		words := strings.TrimLeft(line, " ")
		lines[i] = line[:len(line)-len(words)] + strings.ReplaceAll(words, " ", keptBlank)
	}
	return strings.Join(lines, "")
}

// valuesOf are the flags and arguments of one command.
func valuesOf(node *kong.Node) (values []*kong.Value) {
	values = append(values, node.Positional...)
	for _, flag := range node.Flags {
		values = append(values, flag.Value)
	}
	return values
}

// helpWidth is how wide kong makes its help where it knows no terminal, in columns.
const helpWidth = 80

var (
	// beforeText is what stands before the text in a line of help: blanks, or a flag and blanks.
	beforeText = regexp.MustCompile(`^ *(\S+( \S+)* {2,})?`)
	// unbroken are the parts of a text that a line end may not divide: no line begins with a closing mark.
	unbroken = regexp.MustCompile(`[“（]*(\p{Han}|[^\s\p{Han}，。：；！？）、”]+)[，。：；！？）、”]*|\s+|.`)
)

// wrapped breaks a line of help that is too wide, and indents what follows like the text of its first line.
func wrapped(line string, width int) string {
	if columns(line) <= width {
		return line
	}
	before := beforeText.FindString(line)
	lines, at := []string{before}, columns(before)
	for _, part := range unbroken.FindAllString(line[len(before):], -1) {
		if at+columns(part) > width && at > columns(before) {
			lines, at, part = append(lines, strings.Repeat(" ", columns(before))), columns(before), strings.TrimLeft(part, " ")
		}
		lines[len(lines)-1] += part
		at += columns(part)
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
