// Our responses as the peer reads them: what they repeat of the request, the tag that is the same
// in all of them, the headers that help, and the 2xx that waits for its ACK.

#include "engine/core/inspection.hpp"
#include "engine/sip/again.hpp"
#include "engine/sip/options.hpp"
#include "tests/engine/core/engine.hpp"

#include <set>

namespace lastcall::core {
namespace {

// An INVITE of the peer that has these lines too.
PeerRequest invite_with(std::string lines) {
  return {.cseq = 10, .lines = std::move(lines), .body = sdp_text()};
}

Lines values_of(const SipMessage& message, Header kind) {
  Lines values;
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    if (message.header_at(i).kind == kind) values.emplace_back(message.header_at(i).value);
  }
  return values;
}

// The responses among everything the engine sent.
std::vector<SipMessage> responses_of(const Engine& engine) {
  std::vector<SipMessage> responses;
  for (const std::string& wire : engine.wires()) {
    if (wire.starts_with("SIP/2.0 ")) responses.push_back(parsed(wire));
  }
  return responses;
}

// Shows UAS-30.
TEST(Answers, RepeatAllViasInOrderAndTheNamesOfTheRequest_8_2_6_2) {
  const std::string proxies =
      "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKp1\r\n"
      "Via: SIP/2.0/TCP p2.example.com:5070;branch=z9hG4bKp2;x=\"a, b\"\r\n";
  Engine engine;
  engine.receive(invite_with(proxies));
  engine.command(Op::kReject, 1);
  const std::vector<SipMessage> responses = responses_of(engine);
  ASSERT_EQ(responses.size(), 2U);
  const SipMessage invite = parsed(text_of(invite_with(proxies)));
  const Lines asked = values_of(invite, Header::kVia);
  for (const SipMessage& response : responses) {
    Lines vias = values_of(response, Header::kVia);
    ASSERT_EQ(vias.size(), 3U);
    // Ours is asked for received and rport (RFC 3581 4); the others are not touched.
    EXPECT_TRUE(vias.front().starts_with("SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKb1"));
    EXPECT_EQ((Lines{vias.begin() + 1, vias.end()}), (Lines{asked.begin() + 1, asked.end()}));
    EXPECT_EQ(response.header(Header::kFrom), invite.header(Header::kFrom));
    EXPECT_EQ(response.call_id(), invite.call_id());
    EXPECT_EQ(response.header(Header::kCseq), "10 INVITE");
    EXPECT_EQ(response.header(Header::kTo), "<sip:lastcall@192.0.2.1>;tag=" + engine.tag());
  }
}

// Shows UAS-30.
TEST(Answers, OnlyA100HasNoTagOfOurs_8_2_6_2) {
  const std::string head = sip::response_head(parsed(text_of(PeerRequest{})), kPeer);
  EXPECT_EQ(parsed(sip::response(head, {.status = 100})).to_tag(), "");
  EXPECT_EQ(parsed(sip::response(head, {.status = 101, .to_tag = "ours"})).to_tag(), "ours");
  // A request that brought a tag of ours keeps it.
  const std::string inside = text_of({.method = Method::kBye, .to_tag = "ours"});
  const std::string known = sip::response_head(parsed(inside), kPeer);
  EXPECT_EQ(parsed(sip::response(known, {.status = 200, .to_tag = "other"})).to_tag(), "ours");
}

// Shows UAS-16, INV-02.
TEST(Answers, A487HasTheTagOfTheRingingAndOfThe200ToTheCancel_9_2) {
  Engine engine;
  engine.receive(first_invite());
  engine.receive({.method = Method::kCancel, .cseq = 10, .contact = {}});
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE", "200 CANCEL", "487 INVITE"}));
  for (const SipMessage& response : responses_of(engine)) {
    EXPECT_EQ(response.to_tag(), engine.tag());
  }
}

// Shows UAS-16.
TEST(Answers, AnEarlyByeBringsThe487WithTheTagOfTheRinging_15_1_2) {
  Engine engine;
  engine.receive(first_invite());
  engine.receive({.method = Method::kBye, .cseq = 11, .branch = "bye", .to_tag = engine.tag()});
  EXPECT_EQ(engine.sent(), (Lines{"180 INVITE", "200 BYE", "487 INVITE"}));
  for (const SipMessage& response : responses_of(engine)) {
    EXPECT_EQ(response.to_tag(), engine.tag());
  }
}

// Shows UAS-34.
TEST(Answers, The2xxIsRepeatedOnAConnectionToo_13_3_1_4) {
  const Endpoint there{"192.0.2.2", 33'000, Transport::kTcp};
  const Endpoint here{"192.0.2.1", 5060, Transport::kTcp};
  std::string invite = text_of(first_invite());
  invite.replace(invite.find("SIP/2.0/UDP"), 11, "SIP/2.0/TCP");
  Engine engine;
  engine.deliver(DatagramReceived{there, here, {invite}});
  engine.command(Op::kAnswer, 1);
  (void)engine.sent();
  engine.run_until(at_ms(31'999));
  EXPECT_EQ(engine.sent(), Lines(10, "200 INVITE"));
  engine.run_until(at_ms(32'000));
  EXPECT_EQ(engine.sent(), (Lines{"BYE"}));
}

// Shows INV-08.
TEST(Answers, AnOfferlessReinviteGetsTheSessionAsItIs_14_2) {
  const auto media_of = [](const SipMessage& response) {
    return std::string{response.body().substr(response.body().find("m="))};
  };
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kAnswer, 1);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "a", .to_tag = engine.tag()});
  const std::string agreed = media_of(responses_of(engine).back());
  engine.receive({.cseq = 11, .branch = "again", .to_tag = engine.tag()});
  const SipMessage offer = responses_of(engine).back();
  EXPECT_EQ(offer.status(), 200);
  EXPECT_TRUE(media_of(offer).starts_with(agreed.substr(0, agreed.find("\r\n"))))
      << "the format in use and the port stay, and come first:\n"
      << agreed << media_of(offer);
  EXPECT_NE(offer.body().find("a=sendrecv"), std::string::npos);
  EXPECT_NE(offer.body().find("c=IN IP4 192.0.2.1"), std::string::npos);
}

// Shows UAS-17.
TEST(Answers, AnOfferWithoutAFormatOfOursGets488AndAWarning_13_3_1_3) {
  const auto with_g722 = [](PeerRequest request) {
    request.body.replace(request.body.find("AVP 0"), 5, "AVP 9");
    return request;
  };
  const auto warning_of = [](const Engine& engine) {
    const SipMessage answer = responses_of(engine).back();
    return std::to_string(answer.status()) + " " +
           std::string{answer.header(Header::kWarning).value_or("").substr(0, 13)};
  };
  Engine first;
  first.receive(with_g722(first_invite()));
  first.command(Op::kAnswer, 1);
  EXPECT_EQ(warning_of(first), "488 305 lastcall ");
  Engine later;
  later.receive(first_invite());
  later.command(Op::kAnswer, 1);
  later.receive({.method = Method::kAck, .cseq = 10, .branch = "a", .to_tag = later.tag()});
  later.receive(with_g722(
      {.cseq = 11, .branch = "again", .to_tag = later.tag(), .body = sdp_text("sendonly")}));
  EXPECT_EQ(warning_of(later), "488 305 lastcall ");
  EXPECT_EQ(later.state(), CallState::kConnected) << "the session goes on as it was";
}

// Shows UAS-25.
TEST(Answers, PreconditionsAreNotSupportedAndSaidSo_3312) {
  const PeerRequest invite = invite_with("Require: precondition\r\n");
  const Rejection why = inspect_outside(parsed(text_of(invite)), test_config(), false);
  EXPECT_EQ(why.status, 420);
  EXPECT_EQ(why.lines, "Unsupported: precondition\r\n");
}

std::string invite_of(std::uint64_t command) {
  Engine engine;
  engine.command(Op::kCall, command, "sip:callee@192.0.2.2");
  return engine.newest(Method::kInvite);
}

// Shows UAC-07, DLG-14.
TEST(OurInvite, SaysWhoWeAreWhereAndWhatWeCan_8_1_1) {
  const SipMessage invite = parsed(invite_of(1));
  EXPECT_EQ(invite.max_forwards(), 70);
  EXPECT_FALSE(invite.from_tag().empty());
  EXPECT_EQ(invite.to_tag(), "");
  EXPECT_EQ(invite.header(Header::kContact), "<sip:192.0.2.1:5060>");
  // Supported lists exactly the options that we take in a Require.
  const sip::OptionTags ours = sip::option_tags_of(invite, Header::kSupported);
  EXPECT_TRUE(ours.unknown.empty());
  for (std::size_t i = 0; i < kEnumSize<sip::OptionTag>; ++i) {
    const auto tag = static_cast<sip::OptionTag>(i);
    const std::string line = "Require: " + std::string{name(tag)} + "\r\n";
    const PeerRequest asking = invite_with(line);
    const int status = inspect_outside(parsed(text_of(asking)), test_config(), false).status;
    EXPECT_EQ(status != 420, ours.known.contains(tag)) << name(tag);
  }
}

// Shows UAC-07.
TEST(OurInvite, HasACallIdAndATagThatNoOtherCallHas_8_1_1_4) {
  std::set<std::string> call_ids, tags;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (const std::uint64_t call : {1U, 2U, 3U}) {
      const Draws draws{seed, test_config().shard};
      call_ids.insert(draws.sip_call_id(CallId{call}));
      tags.insert(draws.local_tag(CallId{call}));
    }
  }
  EXPECT_EQ(call_ids.size(), 9U);
  EXPECT_EQ(tags.size(), 9U);
  EXPECT_NE(parsed(invite_of(1)).call_id(), parsed(invite_of(2)).call_id());
}

bool is_for_proxies(Header kind) {
  return kind == Header::kVia || kind == Header::kRoute || kind == Header::kRecordRoute ||
         kind == Header::kProxyRequire || kind == Header::kMaxForwards ||
         kind == Header::kProxyAuthorization;
}

// Shows MSG-19.
TEST(OurMessages, BeginWithWhatProxiesRead_7_3_1) {
  std::vector<std::string> wires;
  Engine callee;
  callee.receive(invite_with("Record-Route: <sip:192.0.2.5;lr>\r\n"));
  callee.command(Op::kAnswer, 1);
  callee.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = callee.tag()});
  callee.command(Op::kHold, 2);
  callee.respond(Method::kInvite, {.status = 200, .body = sdp_text("recvonly")});
  callee.command(Op::kHangup, 3);
  Engine caller;
  caller.command(Op::kCall, 1, "sip:callee@192.0.2.2");
  caller.respond(Method::kInvite, {.status = 180});
  caller.command(Op::kHangup, 2);
  caller.respond(Method::kInvite, {.status = 487});
  for (const Engine* engine : {&callee, &caller}) {
    wires.insert(wires.end(), engine->wires().begin(), engine->wires().end());
  }
  EXPECT_EQ(wires.size(), 8U);  // 180 200 INVITE ACK BYE, INVITE CANCEL ACK
  wires.push_back(
      sip::again(parsed(wires[2]), {.lines = "Proxy-Authorization: Digest a=\"b\"\r\n"}));
  for (const std::string& wire : wires) {
    const SipMessage message = parsed(wire);
    bool others = false;
    for (std::size_t i = 0; i < message.header_count(); ++i) {
      const bool early = is_for_proxies(message.header_at(i).kind);
      EXPECT_FALSE(others && early) << message.header_at(i).name << " in\n" << wire;
      others = others || !early;
    }
  }
}

// Shows UAS-36.
TEST(Redirecting, ARejectedCallerMayBeSentElsewhere_21_3) {
  Engine engine;
  engine.receive(first_invite());
  engine.command(Op::kReject, 1, "no uri");
  EXPECT_EQ(engine.state(), CallState::kRinging);
  engine.command(Op::kReject, 2, "sip:carol@192.0.2.9?Subject=x");
  EXPECT_EQ(engine.replies(), (Lines{"refused", "ok"}));
  EXPECT_EQ(told_message(engine.wires().back()), "302 INVITE");
  EXPECT_EQ(values_of(parsed(engine.wires().back()), Header::kContact),
            (Lines{"<sip:carol@192.0.2.9>"}));
  engine.take(NoticeKind::kEnding);
  EXPECT_EQ(engine.end().cause, Cause::kLocalReject);
  EXPECT_EQ(engine.end().status, 302);
  // A call that is answered is not sent anywhere.
  Engine up;
  up.receive(first_invite());
  up.command(Op::kAnswer, 1);
  up.command(Op::kReject, 2, "sip:carol@192.0.2.9");
  EXPECT_EQ(up.replies().back(), "wrong-state");
}

// What the peer's UPDATE with this offer is answered with, before anything else comes.
std::string answer_to_update(Engine& engine, std::uint32_t cseq, std::string offer) {
  const std::string tag = engine.tag();
  (void)engine.sent();
  engine.receive({.method = Method::kUpdate,
                  .cseq = cseq,
                  .branch = "u" + std::to_string(cseq),
                  .to_tag = tag,
                  .body = std::move(offer)});
  const Lines sent = engine.sent();
  return sent.empty() ? "nothing" : sent.front();
}

// Shows UAS-23.
TEST(Updates, NeverWaitForTheUserSoThatNoneNeedsA504_3311_5_2) {
  const std::string video = sdp_text() + "m=video 4002 RTP/AVP 31\r\n";
  const std::string strange =
      "v=0\r\no=p 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 99\r\n";
  Engine engine;
  engine.receive(first_invite());
  // The user has not decided about the call: it need not decide about this either.
  EXPECT_EQ(answer_to_update(engine, 11, sdp_text()), "500 UPDATE");
  engine.command(Op::kAnswer, 1);
  engine.receive({.method = Method::kAck, .cseq = 10, .branch = "a", .to_tag = engine.tag()});
  EXPECT_EQ(answer_to_update(engine, 12, sdp_text("sendonly")), "200 UPDATE");
  EXPECT_EQ(engine.state(), CallState::kOnHold);
  EXPECT_EQ(answer_to_update(engine, 13, sdp_text()), "200 UPDATE");
  // A new stream is what a user would be asked about: it is switched off.
  EXPECT_EQ(answer_to_update(engine, 14, video), "200 UPDATE");
  EXPECT_NE(engine.wires().back().find("m=video 0 "), std::string::npos);
  EXPECT_EQ(answer_to_update(engine, 15, strange), "488 UPDATE");
  // While a wish of the user is under way.
  engine.command(Op::kHold, 2);
  EXPECT_EQ(answer_to_update(engine, 16, sdp_text()), "491 UPDATE");
}

}  // namespace
}  // namespace lastcall::core
