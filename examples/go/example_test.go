package nucleusseccomp_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"syscall"

	"nucleusseccomp"
)

// The errors of single calls may be left alone: Compile has the first of them.
func Example() {
	filter, err := nucleusseccomp.New(nucleusseccomp.KillProcess)
	if err != nil {
		log.Fatal(err)
	}
	defer filter.Close()
	filter.UseDefault(0)
	filter.Allow("wrtie")
	err = filter.Compile()
	fmt.Println(err)
	fmt.Println(errors.Is(err, nucleusseccomp.ErrUnknownSyscall))
	// Output:
	// nucleusseccomp: allow: no system call is named 'wrtie'; did you mean 'write'?
	// true
}

func ExampleFilter_AddRule() {
	filter, err := nucleusseccomp.New(nucleusseccomp.Errno(syscall.EPERM))
	if err != nil {
		log.Fatal(err)
	}
	defer filter.Close()
	// The family is an int to the kernel.
	filter.AddRule(nucleusseccomp.Allow, "socket",
		nucleusseccomp.Arg{Index: 0, Op: nucleusseccomp.EQ, Width: 32, Value: syscall.AF_UNIX})
	for _, family := range []uint64{syscall.AF_UNIX, syscall.AF_INET} {
		action, err := filter.Evaluate(nucleusseccomp.Call{Nr: syscall.SYS_SOCKET, Args: [6]uint64{family}})
		fmt.Println(action, err)
	}
	// Output:
	// allow <nil>
	// errno 1 (operation not permitted) <nil>
}

func ExampleCommand() {
	filter, err := nucleusseccomp.New(nucleusseccomp.KillProcess)
	if err != nil {
		log.Fatal(err)
	}
	defer filter.Close()
	filter.UseDefault(0)
	if err := filter.Compile(); err != nil {
		log.Fatal(err)
	}
	command := nucleusseccomp.Command(filter, "sh", "-c", "echo confined; exec unshare --user true")
	command.Stdout = os.Stdout
	fmt.Println(command.Run())
	// Output:
	// confined
	// signal: bad system call
}

// A server that confines itself. It does so before it takes the first request, and after what the filter
// would refuse.
func ExampleFilter_Apply() {
	filter, err := nucleusseccomp.New(nucleusseccomp.KillProcess)
	if err != nil {
		log.Fatal(err)
	}
	filter.UseDefault(nucleusseccomp.Network)
	if err := filter.Compile(); err != nil {
		log.Fatal(err)
	}
	if err := filter.Apply(nucleusseccomp.AllThreads); err != nil {
		log.Fatal(err) // nothing is confined
	}
	filter.Close()
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
