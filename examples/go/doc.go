// Package nucleusseccomp confines Go programs, and programs that they start, by system call filters:
// it is nucleus-seccomp for Go.
//
// A filter is made, told what may run, compiled, and applied:
//
//	filter, err := nucleusseccomp.New(nucleusseccomp.KillProcess) // what no rule speaks of
//	if err != nil {
//		return err
//	}
//	defer filter.Close()
//	filter.UseDefault(nucleusseccomp.Network)
//	filter.Deny("ptrace")
//	if err := filter.Compile(); err != nil { // reports the errors of the calls above, too
//		return err
//	}
//	return filter.Apply(nucleusseccomp.AllThreads)
//
// Compiling proves that the program means what was asked for. The first error sticks to the filter:
// every later method returns it, so that a mistake never ends in a weaker filter than was meant, even if
// only Compile and Apply are checked.
//
// # Threads
//
// The kernel confines threads, and Go moves goroutines between them. So there are two scopes, and no
// third: [AllThreads], which confines the whole process or, on error, nothing; and [ThisThread], which
// wires the calling goroutine to its thread and lets the thread end with it, so that no other goroutine
// ever runs confined, and this one never runs free.
//
// A program gets the filters of the thread that starts it. To confine only the program, use [Command].
//
// # Concurrency
//
// A Filter is changed by one goroutine at a time. What only looks at it (Apply, IsApplied, Compare,
// Evaluate, Export, the reports, and Command) may run in many at once. Nothing may run during Close; after it
// a Filter is good for nothing but errors.
package nucleusseccomp
