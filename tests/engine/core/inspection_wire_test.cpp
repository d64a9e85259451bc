// Inspection as the peer sees it, through a whole engine.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

// What the engine answers to a request, and nothing else.
int status_of(const PeerRequest& request) {
  Engine engine;
  engine.receive(request);
  const Lines sent = engine.sent();
  return sent.size() == 1 ? std::stoi(sent.front()) : 0;
}

TEST(Inspection, OnlySipUrisAreForUs_8_2_2_1) {
  EXPECT_EQ(status_of({.method = Method::kOptions, .uri = "tel:+4930"}), 416);
  EXPECT_EQ(status_of({.method = Method::kBye, .uri = "tel:+4930"}), 416);
  EXPECT_EQ(status_of({.method = Method::kOptions, .uri = "SIPS:us@192.0.2.1"}), 200);
}

TEST(Inspection, ACancelIsNeverRefusedForItsRequire) {
  Engine engine;
  engine.receive(first_invite());
  (void)engine.sent();
  engine.receive({.method = Method::kCancel, .cseq = 10, .lines = "Require: foo\r\n"});
  EXPECT_EQ(engine.sent(), (Lines{"200 CANCEL", "487 INVITE"}));
}

}  // namespace
}  // namespace lastcall::core
