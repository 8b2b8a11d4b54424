// Package sheet reads tables as spreadsheets and databases export them: CSV whose first line names its columns. It finds out
// the encoding and the delimiter, and reports each line that it cannot read without losing the others.
//
// Encoding: a byte order mark decides, or NUL bytes in every other place, which only UTF-16 has. Else a file is UTF-8 if most
// of its lines that are not ASCII are valid UTF-8, and GB18030 if not, which includes GBK, as Excel writes it in China. If as many
// are as are not, the first of them decides. A line that is not in the file's encoding is a bad row. Of a stream that cannot be
// read twice, only what has arrived with its first line that is not ASCII counts.
//
// Delimiter: the line sep=X at the top, as Excel reads and writes it; else the one of comma, semicolon and tab with which
// the first line names the most columns.
//
// Columns are named in any case, with or without blanks, "_" and "-", and by any of a column's names. Columns and rows in which
// nothing stands are no part of the table. Fields that are missing at a row's end are empty, since Excel leaves out the last
// delimiters. Blanks of every kind around a value are no part of it, unless the column is exact.
//
// Quotes follow RFC 4180, but a row is one line: a row with a line break in a quoted field is a bad row. A bad row has the values
// that stand before what is wrong with it.
package sheet
