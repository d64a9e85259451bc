// How our requests inside a dialog are named, counted and routed, and what moves their target
// (RFC 3261 12.1, 12.2, 16.12).

#include "tests/engine/core/dialogs.hpp"

namespace lastcall::core {
namespace {

Lines values_of(const std::string& bytes, Header kind) {
  const SipMessage message = parsed(bytes);
  Lines values;
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    if (message.header_at(i).kind == kind) values.emplace_back(message.header_at(i).value);
  }
  return values;
}

// Who is speaking to whom in which dialog.
Lines names_in(const std::string& bytes) {
  return {header_of(bytes, Header::kFrom), header_of(bytes, Header::kTo),
          header_of(bytes, Header::kCallId)};
}

// Our re-INVITE, which the peer refuses, so that the next one may follow.
template <class Us>
std::string refused_reinvite(Us& us) {
  const SendRequest sent = sent_in(us.layer.when(Reoffer{us.call, sdp_text()}));
  const std::string refusal = text_of(sent.request, {.status = 488});
  (void)us.layer.when(ResponseReceived{us.call, sent.transaction, parsed(refusal)});
  return sent.request;
}

// Shows DLG-04.
TEST(DialogNames, StayAsTheyAreAndTheCallersCseqGrowsByOne_12_2_1_1) {
  Caller us = connected_caller();
  const SipMessage invite = parsed(us.request);
  const Lines names{std::string{*invite.header(Header::kFrom)},
                    std::string{*invite.header(Header::kTo)} + ";tag=callee-tag",
                    std::string{invite.call_id()}};
  EXPECT_EQ(names_in(us.dialog().acks.at(1)), names);
  for (const std::uint32_t cseq : {2U, 3U}) {
    const std::string reinvite = refused_reinvite(us);
    EXPECT_EQ(names_in(reinvite), names);
    EXPECT_EQ(parsed(reinvite).cseq(), cseq);
    (void)us.receive(Method::kOptions, 10 * cseq);  // the peer counts for itself
  }
  const std::string bye = sent_in(us.end(Cause::kLocalHangup)).request;
  EXPECT_EQ(names_in(bye), names);
  EXPECT_EQ(parsed(bye).cseq(), 4U);
}

// Shows DLG-04.
TEST(DialogNames, TurnRoundForACalleeWhoCountsFromOne_12_2_1_1) {
  Callee us = established_callee();
  const Lines names{"<sip:lastcall@192.0.2.1>;tag=" + us.tag,
                    "<sip:peer@192.0.2.2>;tag=" + std::string{kPeerTag}, std::string{kCallId}};
  for (const std::uint32_t cseq : {1U, 2U}) {
    const std::string reinvite = refused_reinvite(us);
    EXPECT_EQ(names_in(reinvite), names);
    EXPECT_EQ(parsed(reinvite).cseq(), cseq);
    (void)us.receive(Method::kOptions, 10 + cseq);
  }
  const std::string bye = sent_in(us.end(Cause::kLocalHangup)).request;
  EXPECT_EQ(names_in(bye), names);
  EXPECT_EQ(parsed(bye).cseq(), 3U);
}

// A message of a peer that knows RFC 2543 only.
std::string untagged(std::string bytes, std::string_view tag) {
  const std::string param = ";tag=" + std::string{tag};
  return bytes.erase(bytes.find(param), param.size());
}

// Shows DLG-03.
TEST(DialogNames, ACallerWithoutATagIsTheNullTag_12_1_1) {
  Callee us;
  us.call = CallId{0x55};
  const auto receive = [&](const PeerRequest& request) {
    return us.layer.when(RequestReceived{us.call, TransactionId{++us.requests}, kPeer, kUs,
                                         parsed(untagged(text_of(request), kPeerTag))});
  };
  EXPECT_EQ(told(receive(first_invite())).front(), "LegStarted");
  us.tag = us.layer.draws().local_tag(us.call);
  (void)us.layer.when(Accept{us.call, sdp_text()});
  EXPECT_EQ(told(receive({.method = Method::kAck, .cseq = 10, .to_tag = us.tag})).front(),
            "AckReceived");
  EXPECT_EQ(names_in(refused_reinvite(us))[1], "<sip:peer@192.0.2.2>");
  EXPECT_EQ(answer_in(receive({.method = Method::kBye, .cseq = 11, .to_tag = us.tag})).status, 200);
}

// Shows DLG-03.
TEST(DialogNames, ACalleeWithoutATagIsTheNullTag_12_1_2) {
  Caller us = calling();
  const Outbox out = us.receive({.status = 200, .to_tag = {}, .body = sdp_text()});
  EXPECT_EQ((parsed(mail_in<SendAck, ToTransaction>(out).ack).to_tag()), "");
  const SipMessage ours = parsed(us.request);
  const PeerRequest bye{.method = Method::kBye,
                        .to_tag = std::string{ours.from_tag()},
                        .call_id = std::string{ours.call_id()}};
  const Outbox end = us.layer.when(RequestReceived{us.call, TransactionId{9}, kPeer, kUs,
                                                   parsed(untagged(text_of(bye), kPeerTag))});
  EXPECT_EQ(answer_in(end).status, 200);
}

std::string record_routes_of(const Lines& proxies) {
  std::string lines;
  for (const std::string& proxy : proxies) lines += "Record-Route: " + proxy + "\r\n";
  return lines;
}

// Shows DLG-05.
TEST(Routing, AStrictRouterFurtherOnIsTheProxiesBusiness_16_12_1_2) {
  const Lines proxies{"<sip:p4.domain.com;lr>", "<sip:p3.middle.com>", "<sip:p2.example.com;lr>",
                      "<sip:p1.example.com;lr>"};
  Callee us = established_callee(record_routes_of(proxies));
  const std::string bye = sent_in(us.end(Cause::kLocalHangup)).request;
  EXPECT_EQ(parsed(bye).request_uri(), "sip:peer@192.0.2.2");
  EXPECT_EQ(values_of(bye, Header::kRoute), proxies);
}

// Shows DLG-05.
TEST(Routing, BehindAStrictRouterTheTargetIsTheLastRoute_16_12_1_2) {
  Callee us = established_callee(record_routes_of(
      {"<sip:p3.middle.com>", "<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>"}));
  const std::string bye = sent_in(us.end(Cause::kLocalHangup)).request;
  EXPECT_EQ(parsed(bye).request_uri(), "sip:p3.middle.com");
  EXPECT_EQ(values_of(bye, Header::kRoute),
            (Lines{"<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>", "<sip:peer@192.0.2.2>"}));
}

// Shows DLG-05.
TEST(Routing, WhatARequestUriMayNotHoldIsStripped_19_1_1) {
  Callee strict = established_callee(
      record_routes_of({"<sip:p3.middle.com;transport=udp;method=INFO;ttl=3?Subject=x>"}));
  EXPECT_EQ(parsed(sent_in(strict.end(Cause::kLocalHangup)).request).request_uri(),
            "sip:p3.middle.com;transport=udp;ttl=3");
  Caller loose = calling();
  (void)loose.receive({.status = 200,
                       .body = sdp_text(),
                       .contact = "<sip:callee@192.0.2.2;method=INFO?Subject=x>"});
  EXPECT_EQ(parsed(sent_in(loose.end(Cause::kLocalHangup)).request).request_uri(),
            "sip:callee@192.0.2.2");
}

// Shows DLG-08.
TEST(Routing, The2xxSetsTheRoutesAnewAndLeavesBothCseqs_13_2_2_4) {
  Caller us = calling();
  (void)us.receive({.status = 180, .lines = record_routes_of({"<sip:192.0.2.5;lr>"})});
  EXPECT_EQ(us.dialog().routes, (Lines{"<sip:192.0.2.5;lr>"}));
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 50)).status, 200);
  (void)us.receive(
      {.status = 200, .lines = record_routes_of({"<sip:192.0.2.6;lr>"}), .body = sdp_text()});
  EXPECT_EQ(us.dialog().routes, (Lines{"<sip:192.0.2.6;lr>"}));
  EXPECT_EQ(answer_in(us.receive(Method::kOptions, 49)).status, 500);
  const SendRequest bye = sent_in(us.end(Cause::kLocalHangup));
  EXPECT_EQ(parsed(bye.request).cseq(), 2U);
  EXPECT_EQ(values_of(bye.request, Header::kRoute), (Lines{"<sip:192.0.2.6;lr>"}));
}

// Shows TXN-08.
TEST(AckOfA2xx, GoesTheWayOfTheDialogAndHasNoTransaction_13_2_2_4) {
  Caller us = calling();
  const PeerResponse accept{.status = 200,
                            .lines = record_routes_of({"<sip:192.0.2.6;lr>", "<sip:192.0.2.5;lr>"}),
                            .body = sdp_text(),
                            .contact = "<sip:desk@192.0.2.9>"};
  const auto first = mail_in<SendAck, ToTransaction>(us.receive(accept));
  const SipMessage ack = parsed(first.ack);
  EXPECT_EQ(ack.request_uri(), "sip:desk@192.0.2.9");
  EXPECT_EQ(values_of(first.ack, Header::kRoute),
            (Lines{"<sip:192.0.2.5;lr>", "<sip:192.0.2.6;lr>"}));
  EXPECT_EQ(first.destination.host, "192.0.2.5");
  EXPECT_EQ(ack.header(Header::kCseq), "1 ACK");
  EXPECT_NE(ack.via().branch, parsed(us.request).via().branch);
  const auto again = mail_in<SendAck, ToTransaction>(us.receive(accept));
  EXPECT_EQ(again.ack, first.ack);
  Given<TransactionLayer> below;
  EXPECT_EQ(told(below.when(first)), (Lines{"!! Transmit ACK"}));
  EXPECT_EQ(below.own().live.size(), 0U);
}

// Shows DLG-07.
TEST(Target, RequestsThatRefreshNothingLeaveIt_12_2_2) {
  for (const Method method :
       {Method::kAck, Method::kOptions, Method::kInfo, Method::kMessage, Method::kBye}) {
    Callee us = accepted_callee();
    (void)us.receive({.method = method,
                      .cseq = method == Method::kAck ? 10U : 11U,
                      .to_tag = us.tag,
                      .contact = "<sip:elsewhere@192.0.2.8>"});
    EXPECT_EQ(us.dialog().remote_target, "sip:peer@192.0.2.2") << name(method);
  }
}

}  // namespace
}  // namespace lastcall::core
