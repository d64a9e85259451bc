// The registrar of the tests keeps the rules of RFC 3261 10.3, and our registration layer gets on
// with it.

#include "tests/engine/core/registrar.hpp"

#include "tests/engine/core/given.hpp"

namespace lastcall::core {
namespace {

struct Asked {
  std::uint32_t cseq = 1;
  std::string contacts = "<sip:alice@192.0.2.1>";
  std::string call_id = "one";
  std::string lines = {};
  std::string user = "alice";
};

std::string register_text(const Asked& asked) {
  sip::Writer writer{Method::kRegister, "sip:example.com"};
  writer.via(kPeer, "z9hG4bKr" + std::to_string(asked.cseq))
      .max_forwards(70)
      .header(Header::kFrom, "<sip:alice@example.com>;tag=a")
      .header(Header::kTo, "<sip:" + asked.user + "@example.com>")
      .header(Header::kCallId, asked.call_id)
      .cseq(asked.cseq)
      .lines(asked.lines);
  if (!asked.contacts.empty()) writer.header(Header::kContact, asked.contacts);
  return std::move(writer).finish({}, {});
}

struct Office {
  TestRegistrar registrar;
  Instant now = at_ms(0);
  int ask(const Asked& asked) {
    return parsed(registrar.answer(register_text(asked), now)).status();
  }
  Lines bound(const std::string& user = "alice") {
    Lines uris;
    for (const auto& each : registrar.bound(user)) uris.push_back(each.uri);
    return uris;
  }
};

// Shows REG-09.
TEST(TestRegistrar, ALateUpdateOfTheSameCallIdChangesNothing_10_3) {
  Office office;
  EXPECT_EQ(office.ask({.cseq = 5}), 200);
  EXPECT_EQ(office.ask({.cseq = 4, .contacts = "<sip:alice@192.0.2.1>;expires=0"}), 500);
  EXPECT_EQ(office.ask({.cseq = 5, .contacts = "<sip:alice@192.0.2.1>;expires=0"}), 500);
  EXPECT_EQ(office.ask({.cseq = 5, .contacts = "*", .lines = "Expires: 0\r\n"}), 500);
  EXPECT_EQ(office.bound(), (Lines{"sip:alice@192.0.2.1"}));
  EXPECT_EQ(office.registrar.bound("alice").front().until, at_ms(3'600'000));
  // Another Call-ID has its own count: the user agent has started anew.
  EXPECT_EQ(office.ask({.cseq = 1, .contacts = "*", .call_id = "two", .lines = "Expires: 0\r\n"}),
            200);
  EXPECT_EQ(office.bound(), Lines{});
  EXPECT_EQ(office.bound("bob"), Lines{});
}

// Shows REG-09.
TEST(TestRegistrar, CarriesOutAllOfARequestOrNothing_10_3) {
  Office office;
  EXPECT_EQ(office.ask({.cseq = 1, .contacts = "<sip:a@192.0.2.1>"}), 200);
  EXPECT_EQ(office.ask({.cseq = 9, .contacts = "<sip:b@192.0.2.1>", .call_id = "two"}), 200);
  const Lines before = office.bound();
  // The first contact alone would be fine, each time.
  EXPECT_EQ(office.ask({.cseq = 8,
                        .contacts = "<sip:c@192.0.2.1>, <sip:b@192.0.2.1>;expires=0",
                        .call_id = "two"}),
            500);
  EXPECT_EQ(office.ask({.cseq = 10,
                        .contacts = "<sip:a@192.0.2.1>;expires=0, <sip:c@192.0.2.1>;expires=30",
                        .call_id = "two"}),
            423);
  EXPECT_EQ(office.ask({.cseq = 8, .contacts = "*", .call_id = "two", .lines = "Expires: 0\r\n"}),
            500);
  EXPECT_EQ(office.ask({.cseq = 11, .contacts = "*", .call_id = "two"}), 400);
  EXPECT_EQ(office.bound(), before);
}

TEST(TestRegistrar, TellsAllBindingsAndForgetsThoseThatAreOver) {
  Office office;
  (void)office.ask({.cseq = 1, .contacts = "<sip:a@192.0.2.1>;expires=60"});
  (void)office.ask({.cseq = 2, .contacts = "<sip:b@192.0.2.1>", .lines = "Expires: 120\r\n"});
  office.now = at_ms(10'000);
  const std::string told =
      office.registrar.answer(register_text({.cseq = 3, .contacts = {}}), office.now);
  const auto contacts = sip::contacts_of(parsed(told)).value();
  ASSERT_EQ(contacts.bindings.size(), 2U);
  EXPECT_EQ(contacts.bindings[0].expires, std::chrono::seconds{50});
  EXPECT_EQ(contacts.bindings[1].expires, std::chrono::seconds{110});
  office.now = at_ms(60'000);
  (void)office.ask({.cseq = 4, .contacts = {}});
  EXPECT_EQ(office.bound(), (Lines{"sip:b@192.0.2.1"}));
}

TEST(Registering, RefreshesAndLeavesAtARegistrarThatKeepsOrder) {
  Office office;
  Given<RegistrationLayer> layer;
  layer.config().aor = "sip:alice@example.com";
  const CallId call = layer.draws().registration(layer.config().aor);
  const auto wish = [&](std::uint64_t id, Op op) {
    return layer.when(Operate{call, CommandId{id}, op, layer.config().aor});
  };
  std::vector<std::string> requests;
  const auto carry = [&](const Outbox& out) {
    const auto sent = mail_in<SendRequest, ToTransaction>(out);
    requests.push_back(sent.request);
    const std::string answer = office.registrar.answer(sent.request, layer.now());
    return layer.when(ResponseReceived{call, sent.transaction, parsed(answer), {}});
  };
  EXPECT_EQ(event_in<Registered>(carry(wish(1, Op::kRegister))).until, at_ms(3'600'000));
  EXPECT_EQ(office.bound(), (Lines{"sip:alice@192.0.2.1:5060"}));
  const Outbox refresh = layer.when_due();
  EXPECT_EQ(event_in<Registered>(carry(refresh)).until, layer.now() + std::chrono::seconds{3600});
  EXPECT_EQ(told(carry(wish(2, Op::kUnregister))).front(), "Unregistered");
  EXPECT_EQ(office.bound(), Lines{});
  ASSERT_EQ(requests.size(), 3U);
}

}  // namespace
}  // namespace lastcall::core
