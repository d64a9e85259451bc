// Fuzz target: a stranger's datagram into an engine with one live call. Whatever it is, the call of
// the others stays as it was (RACES I-51), then and when deadlines come.

#include "engine/base/check.hpp"
#include "engine/sip/parse.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/torture/live_call.hpp"

#include <chrono>
#include <string>

namespace lastcall::fuzz {

// Shows SEC-07.
void run(std::string_view bytes) {
  static const torture::Callee kTalking = torture::with_live_call();
  static const torture::CallView kBefore = kTalking.view(kTalking.call());
  torture::Callee callee = kTalking;
  for (const std::string& sent : callee.receive(std::string{bytes})) {
    CHECK(sent.starts_with("SIP/2.0 "), "a stranger's datagram is answered, nothing else");
  }
  CHECK(callee.is_live(kTalking.call()), "a stranger ends no call");
  CHECK(callee.view(kTalking.call()) == kBefore, "a stranger moves no call");
  callee.run_until(callee.now() + std::chrono::seconds{2});
  CHECK(callee.view(kTalking.call()) == kBefore, "what a stranger left behind moves no call");
}

}  // namespace lastcall::fuzz
