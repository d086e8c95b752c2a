// Package noises names, one a line, everything that the bans on noise list.
package noises

import (
	"fmt"
	"log"
	"os"
	"syscall"
)

var (
	_ = fmt.Print    // want `print: fmt.Print:`
	_ = fmt.Printf   // want `print: fmt.Printf`
	_ = fmt.Println  // want `print: fmt.Println`
	_ = os.Stdout    // want `print: os.Stdout`
	_ = os.Stderr    // want `print: os.Stderr`
	_ = log.Print    // want `print: log.Print:`
	_ = log.Printf   // want `print: log.Printf`
	_ = log.Println  // want `print: log.Println`
	_ = log.Panic    // want `print: log.Panic:`
	_ = log.Panicf   // want `print: log.Panicf`
	_ = log.Panicln  // want `print: log.Panicln`
	_ = os.Exit      // want `exit: os.Exit`
	_ = syscall.Exit // want `exit: syscall.Exit`
	_ = log.Fatal    // want `exit: log.Fatal:`
	_ = log.Fatalf   // want `exit: log.Fatalf`
	_ = log.Fatalln  // want `exit: log.Fatalln`
)

func built() {
	print("hello")   // want `print: only the command line`
	println("hello") // want `print: only the command line`
}

// What writes where it is told to makes no noise.
var (
	_ = fmt.Sprintf
	_ = fmt.Errorf
	_ = fmt.Fprintln
	_ = log.New
)
