#!/bin/sh
# A wrapper of rustc that adds libFuzzer's counters to the program and to the targets alone, so that what they depend
# on is built as ever, or taken from a build of the program that is there.
case " $* " in
  *" --crate-name antesala "* | *" --crate-name antesala_fuzz "*)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
exec "$@"
