module github.com/wxbind/wxbind

go 1.26.0
