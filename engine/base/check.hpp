#pragma once
// CHECK names a promise of ours and stops the program when it is broken, in every build. It is
// never for input from outside: bad input is a value with a position and a sentence.

#include <cstdio>
#include <cstdlib>

namespace lastcall {
inline namespace base {

// Prints the broken promise with its place and aborts. Callable from any thread; does not return.
[[noreturn]] inline void check_failed(const char* condition, const char* promise, const char* file,
                                      int line) {
  std::fprintf(stderr, "lastcall: broken promise: %s\n  (%s) at %s:%d\n", promise, condition, file,
               line);
  std::abort();
}

}  // namespace base
}  // namespace lastcall

#define CHECK(condition, promise)                                                        \
  do {                                                                                   \
    if (!(condition)) ::lastcall::check_failed(#condition, promise, __FILE__, __LINE__); \
  } while (false)
