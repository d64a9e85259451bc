#pragma once
// CHECK names a promise of ours and stops the program when it is broken, in every build. It is
// never for input from outside: bad input is a value with a position and a sentence.

#include <cstdio>
#include <cstdlib>

namespace lastcall {
inline namespace base {

// What a broken promise is to whoever plants bugs and wants to live on. The texts are literals.
struct BrokenPromise {
  const char* condition;
  const char* promise;
};

// While one of these lives, a broken promise is thrown and does not stop the program. What broke it
// is in no state to go on: it is thrown away. For a program of one thread, as a harness is.
class ThrowBrokenPromises {
 public:
  ThrowBrokenPromises() { ++living(); }
  ~ThrowBrokenPromises() { --living(); }
  ThrowBrokenPromises(const ThrowBrokenPromises&) = delete;
  ThrowBrokenPromises& operator=(const ThrowBrokenPromises&) = delete;

  [[nodiscard]] static bool any() { return living() > 0; }

 private:
  static int& living() {
    static int count = 0;
    return count;
  }
};

// Prints the broken promise with its place and aborts, or throws BrokenPromise where that is
// wanted. Callable from any thread while nobody wants that; does not return.
[[noreturn]] inline void check_failed(const char* condition, const char* promise, const char* file,
                                      int line) {
  if (ThrowBrokenPromises::any()) throw BrokenPromise{condition, promise};
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
