#include "engine/core/inspection.hpp"

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

Rejection offer_verdict(const std::string& lines, const std::string& type = "application/sdp") {
  return inspect_offer(parsed(text_of({.lines = lines, .body = sdp_text(), .type = type})));
}

// Shows UAS-09.
TEST(Inspection, OnlySipUrisAreForUsTheToMayBeAnything) {
  EXPECT_EQ(status_of({.method = Method::kOptions, .uri = "tel:+4930"}), 416);
  EXPECT_EQ(status_of({.method = Method::kBye, .uri = "tel:+4930"}), 416);
  EXPECT_EQ(status_of({.method = Method::kOptions, .uri = "SIPS:us@192.0.2.1"}), 200);
  std::string foreign = text_of({.method = Method::kOptions});
  foreign.replace(foreign.find("<sip:lastcall@192.0.2.1>"), 24, "<tel:+4930>");
  Engine engine;
  engine.deliver(datagram(foreign));
  EXPECT_EQ(engine.sent(), (Lines{"200 OPTIONS"}));
}

// Shows UAS-10.
TEST(Inspection, UnknownOptionsAreNamedExactly) {
  const Rejection why = offer_verdict("Require: foo, bar\r\nRequire: baz\r\n");
  EXPECT_EQ(why.status, 420);
  EXPECT_EQ(why.lines, "Unsupported: foo, bar, baz\r\n");
  EXPECT_EQ(status_of({.method = Method::kOptions, .lines = "Require: foo\r\n"}), 420);
  EXPECT_EQ(offer_verdict("Proxy-Require: foo\r\n").status, 0);
}

TEST(Inspection, ACancelIsNeverRefusedForItsRequire) {
  Engine engine;
  engine.receive(first_invite());
  (void)engine.sent();
  engine.receive({.method = Method::kCancel, .cseq = 10, .lines = "Require: foo\r\n"});
  EXPECT_EQ(engine.sent(), (Lines{"200 CANCEL", "487 INVITE"}));
}

TEST(Inspection, ABodyMustBeUnderstoodUnlessItsSenderSaysOtherwise) {
  EXPECT_EQ(offer_verdict("").status, 0);
  EXPECT_EQ(offer_verdict("", "Application/SDP ; charset=utf-8").status, 0);
  EXPECT_EQ(offer_verdict("", "application/sdpx").status, 415);
  EXPECT_EQ(offer_verdict("", "text/html").lines, "Accept: application/sdp\r\n");
  EXPECT_EQ(offer_verdict("Content-Disposition: icon;handling=optional\r\n", "image/png").status,
            0);
  EXPECT_EQ(offer_verdict("Content-Disposition: icon;handling=required\r\n", "image/png").status,
            415);
  EXPECT_EQ(offer_verdict("Content-Encoding: identity\r\n").status, 0);
  const Rejection zipped = offer_verdict("Content-Encoding: gzip\r\n");
  EXPECT_EQ(zipped.status, 415);
  EXPECT_EQ(zipped.lines, "Accept-Encoding: identity\r\n");
}

TEST(Inspection, AnAcceptWithoutSdpIs406) {
  for (const char* fine :
       {"application/sdp", "text/html, Application/SDP;q=0.5", "*/*;q=0.1", "application/*"}) {
    EXPECT_EQ(offer_verdict("Accept: " + std::string{fine} + "\r\n").status, 0) << fine;
  }
  for (const char* bad : {"text/html", "application/sdpx", ""}) {
    const Rejection why = offer_verdict("Accept: " + std::string{bad} + "\r\n");
    EXPECT_EQ(why.status, 406) << bad;
    EXPECT_TRUE(why.lines.starts_with("Warning: 399 ")) << why.lines;
  }
}

// RFC 3261 8.2: method, request URI, merged, Require, content, what it accepts.
TEST(Inspection, TheFirstFaultInTheOrderOfTheRfcIsAnswered) {
  PeerRequest worst{.method = Method::kRegister,
                    .lines = "Require: foo\r\nAccept: text/html\r\n",
                    .body = "x",
                    .type = "text/html",
                    .uri = "tel:+4930"};
  EXPECT_EQ(status_of(worst), 405);
  worst.method = Method::kInvite;
  EXPECT_EQ(status_of(worst), 416);
  worst.uri = "sip:us@192.0.2.1";
  EXPECT_EQ(status_of(worst), 420);
  worst.lines = "Accept: text/html\r\n";
  EXPECT_EQ(status_of(worst), 415);
  worst.type = "application/sdp";
  EXPECT_EQ(status_of(worst), 406);
  Engine engine;
  engine.receive(first_invite());
  (void)engine.sent();
  engine.receive({.cseq = 10, .branch = "other", .lines = "Require: foo\r\n"});
  EXPECT_EQ(engine.sent(), (Lines{"482 INVITE"}));
}

}  // namespace
}  // namespace lastcall::core
