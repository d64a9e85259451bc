// Offers that cross (RFC 6337 4, RFC 3261 14.2, RFC 3311 5.2), through a whole engine: which of two
// is refused with what, and that the one that stays is answered.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

struct Crossing : public ::testing::Test {
  Engine engine;

  void ring(std::string offer = sdp_text()) {
    engine.receive({.cseq = 10, .body = std::move(offer)});
  }
  void acknowledge(std::string answer = {}) {
    engine.receive({.method = Method::kAck,
                    .cseq = 10,
                    .branch = "ack",
                    .to_tag = engine.tag(),
                    .body = std::move(answer)});
  }
  void connect() {
    ring();
    engine.command(Op::kAnswer, 1);
    acknowledge();
    (void)engine.sent();
  }
  // What the engine answers to the peer's next request, at once.
  Lines answers(Method method, std::string offer) {
    (void)engine.sent();
    ++cseq;
    engine.receive({.method = method,
                    .cseq = cseq,
                    .branch = std::to_string(cseq),
                    .to_tag = engine.tag(),
                    .body = std::move(offer)});
    return engine.sent();
  }
  [[nodiscard]] int retry_after() const {
    return std::stoi("0" + header_of(engine.wires().back(), Header::kRetryAfter));
  }

 private:
  std::uint32_t cseq = 10;
};

// Shows SDP-09, UAS-19.
TEST_F(Crossing, WhileOurOfferIsOutOthersGet491AndTheAnswerIsTaken_ROA13) {
  connect();
  engine.command(Op::kHold, 2);
  EXPECT_EQ(answers(Method::kInvite, sdp_text("inactive")), (Lines{"491 INVITE"}));
  EXPECT_EQ(answers(Method::kUpdate, sdp_text("inactive")), (Lines{"491 UPDATE"}));
  EXPECT_EQ(answers(Method::kUpdate, {}), (Lines{"200 UPDATE"})) << "it offers nothing";
  EXPECT_EQ(engine.state(), CallState::kConnected) << "no description of theirs is an answer";
  engine.respond(Method::kInvite, {.status = 200, .body = sdp_text("recvonly")});
  EXPECT_EQ(engine.sent(), (Lines{"ACK"}));
  EXPECT_EQ(engine.state(), CallState::kOnHold);
  EXPECT_EQ(answers(Method::kUpdate, sdp_text("recvonly")), (Lines{"200 UPDATE"}));
}

// Shows SDP-09, UAS-20.
TEST_F(Crossing, WhileWeOweAnAnswerOthersAreAskedToComeBack_ROA12) {
  ring();
  for (const Method method : {Method::kUpdate, Method::kInvite}) {
    EXPECT_EQ(answers(method, sdp_text()), (Lines{"500 " + std::string{name(method)}}));
    EXPECT_NE(header_of(engine.wires().back(), Header::kRetryAfter), "");
    EXPECT_LE(retry_after(), 10);
  }
  engine.command(Op::kAnswer, 1);
  EXPECT_EQ(engine.sent(), (Lines{"200 INVITE"}));
  EXPECT_NE(parsed(engine.wires().back()).body(), "");
}

// Shows SDP-09, UAS-19.
TEST_F(Crossing, TheOfferInOur2xxIsAnsweredFirst_R5407_3_1_5) {
  ring({});
  engine.command(Op::kAnswer, 1);
  EXPECT_EQ(answers(Method::kInvite, sdp_text()), (Lines{"491 INVITE"}));
  EXPECT_EQ(answers(Method::kUpdate, sdp_text()), (Lines{"491 UPDATE"}));
  acknowledge(sdp_text());
  EXPECT_EQ(answers(Method::kUpdate, sdp_text("sendonly")), (Lines{"200 UPDATE"}));
  EXPECT_EQ(engine.state(), CallState::kOnHold);
}

}  // namespace
}  // namespace lastcall::core
