module nucleusseccomp

go 1.25
