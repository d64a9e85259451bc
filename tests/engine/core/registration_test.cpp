// The registration layer (RFC 3261 10.2): one REGISTER at a time, refreshed in time, mended as the
// registrar asks, tried again after a pause; and no call hears of it.

#include "tests/engine/core/engine.hpp"

namespace lastcall::core {
namespace {

constexpr std::string_view kAor = "sip:alice@example.com";
constexpr std::string_view kOurContact = "<sip:alice@192.0.2.1:5060>";
constexpr std::string_view kNonce = "abc123nonce";

std::string www(std::string_view more = {}, std::string_view nonce = kNonce) {
  return sip::header_line(Header::kWwwAuthenticate, "Digest realm=\"example.com\", nonce=\"" +
                                                        std::string{nonce} + "\", qop=\"auth\"" +
                                                        std::string{more});
}

struct Registrar {
  Given<RegistrationLayer> layer;
  CallId call;
  SendRequest newest;
  std::uint64_t commands = 0;

  explicit Registrar(Config config = {}) {
    layer.config().aor = kAor;
    layer.config().registrar = "sip:192.0.2.9";
    layer.config().refuse_md5 = config.refuse_md5;
    call = layer.draws().registration(kAor);
  }
  Outbox wants(Op op) {
    return noted(layer.when(Operate{call, CommandId{++commands}, op, std::string{kAor}}));
  }
  Outbox answers(int status, std::string lines = {}) {
    return answers(newest, status, std::move(lines));
  }
  Outbox answers(const SendRequest& to, int status, std::string lines) {
    const std::string text = text_of(
        to.request, {.status = status, .to_tag = "r", .lines = std::move(lines), .contact = {}});
    return noted(layer.when(ResponseReceived{call, to.transaction, parsed(text), to.request}));
  }
  Outbox signs(std::string lines) {
    const TransactionId transaction = registration().attempt->transaction;
    return noted(
        layer.when(RequestSigned{LayerId::kRegistration, call, transaction, std::move(lines)}));
  }
  Outbox later() { return noted(layer.when_due()); }
  [[nodiscard]] const Registration& registration() const {
    return *layer.own().registrations.find(call);
  }
  [[nodiscard]] SipMessage request() const { return parsed(newest.request); }
  [[nodiscard]] std::string header(Header kind) const { return header_of(newest.request, kind); }
  // Seconds from now to the next deadline; -1 without one.
  [[nodiscard]] std::int64_t waits() const {
    const Instant next = layer.own().deadlines.next();
    return next == kNever ? -1 : (to_ns(next) - to_ns(layer.now())) / 1'000'000'000;
  }

 private:
  Outbox noted(Outbox out) {
    for (const Mail& mail : out.mail) {
      const auto* to = std::get_if<ToTransaction>(&mail);
      const auto* sent = to == nullptr ? nullptr : std::get_if<SendRequest>(to);
      if (sent != nullptr) newest = *sent;
    }
    return out;
  }
};

std::string bound(std::string_view expires = "3600") {
  return sip::header_line(Header::kContact, "<sip:bob@192.0.2.77>;expires=7") +
         sip::header_line(Header::kContact,
                          std::string{kOurContact} + ";expires=" + std::string{expires});
}

// Shows REG-01.
TEST(Registering, AsksTheDomainInTheNameOfTheAddressWithOneCallIdAndACseqMoreEachTime) {
  Registrar r;
  r.layer.config().registrar = {};
  EXPECT_EQ(told(r.wants(Op::kRegister)),
            (Lines{"RegistrationWanted", "RegisterBegun", "> Transaction SendRequest REGISTER"}));
  EXPECT_EQ(r.request().request_uri(), "sip:example.com");
  EXPECT_EQ(r.header(Header::kTo), "<sip:alice@example.com>");
  EXPECT_EQ(r.header(Header::kContact), std::string{kOurContact} + ";expires=3600");
  EXPECT_EQ(r.newest.owner, LayerId::kRegistration);
  const SendRequest first = r.newest;
  (void)r.answers(200, bound());
  (void)r.later();
  EXPECT_EQ(r.request().call_id(), parsed(first.request).call_id());
  EXPECT_EQ(r.request().cseq(), parsed(first.request).cseq() + 1);
  EXPECT_NE(r.newest.transaction, first.transaction);
}

// Shows REG-02.
TEST(Registering, WaitsForTheFinalResponseBeforeItAsksAgain) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  EXPECT_EQ(told(r.wants(Op::kRegister)), (Lines{"RegistrationWanted"}));  // the same answer
  EXPECT_EQ(told(r.wants(Op::kUnregister)), (Lines{"RegistrationWanted"}));
  // Only the newest wish counts.
  EXPECT_EQ(told(r.wants(Op::kRegister)), (Lines{"RegistrationWanted", "> Client OperationDone"}));
  EXPECT_EQ(r.registration().cseq, 1U);
  const Outbox out = r.answers(200, bound());
  EXPECT_EQ(told(out),
            (Lines{"Registered", "RegisterBegun", "> Client News", "> Client OperationDone",
                   "> Client OperationDone", "> Transaction SendRequest REGISTER"}));
  // A timeout ends the wait as well.
  const Outbox lost =
      r.layer.when(RequestFailed{r.call, r.newest.transaction, Method::kRegister, 408});
  EXPECT_EQ(told(lost), (Lines{"RegistrationFailed", "> Client News", "> Client OperationDone"}));
}

// Shows REG-03.
TEST(Registering, RefreshesBeforeOurOwnBindingLapses) {
  const auto wait = [](const std::string& lines) {
    Registrar r;
    (void)r.wants(Op::kRegister);
    (void)r.answers(200, lines);
    return r.waits();
  };
  EXPECT_EQ(wait(bound("3600")), 3240);
  EXPECT_EQ(wait(bound("100")), 70);
  EXPECT_EQ(wait(bound("60")), 30);  // the registrar shortens it
  EXPECT_EQ(wait(bound("2")), 1);
  const std::string equal = "<sip:alice@192.0.2.1:5060;ob>";  // equal to ours (19.1.4)
  EXPECT_EQ(wait(sip::header_line(Header::kContact, equal + ";expires=40")), 20);
  EXPECT_EQ(wait(sip::header_line(Header::kContact, kOurContact) +
                 sip::header_line(Header::kExpires, "50")),
            25);
}

// Shows REG-04, UAS-11.
TEST(Registering, RaisesItsExpiryToWhatTheRegistrarTakes) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  (void)r.answers(423, sip::header_line(Header::kMinExpires, "7200"));
  EXPECT_EQ(r.header(Header::kContact), std::string{kOurContact} + ";expires=7200");
  EXPECT_EQ(r.request().cseq(), 2U);
  (void)r.answers(200, bound("7200"));
  (void)r.later();
  EXPECT_EQ(r.header(Header::kContact), std::string{kOurContact} + ";expires=7200");
  // One that asks for less than it got is not obeyed for ever.
  EXPECT_EQ(told(r.answers(423, sip::header_line(Header::kMinExpires, "60"))).front(),
            "RegistrationFailed");
}

// Shows REG-05.
TEST(Unregistering, SendsOurContactWithAnExpiryOfNothing) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  (void)r.answers(200, bound());
  (void)r.wants(Op::kUnregister);
  EXPECT_EQ(r.header(Header::kContact), std::string{kOurContact} + ";expires=0");
  EXPECT_EQ(told(r.answers(200)),
            (Lines{"Unregistered", "> Client News", "> Client OperationDone"}));
  EXPECT_EQ(r.waits(), -1);
  (void)r.wants(Op::kRegister);  // the CSeq goes on
  EXPECT_EQ(r.request().cseq(), 3U);
}

// Shows REG-06.
TEST(RegisterFailure, PausesGrowWithJitterAndEndWithSuccess) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(told(r.answers(500)).front(), "RegistrationFailed");
    pauses.push_back(r.waits());
    (void)r.later();
  }
  std::int64_t longest = 30;
  for (const std::int64_t pause : pauses) {
    EXPECT_GE(pause, longest / 2);
    EXPECT_LE(pause, longest);
    longest = std::min<std::int64_t>(longest * 2, 1800);
  }
  EXPECT_NE(pauses[6] * 2, pauses[7]);  // drawn anew each time
  (void)r.answers(200, bound());
  (void)r.later();
  (void)r.answers(500);
  EXPECT_LE(r.waits(), 30);
}

TEST(RegisterFailure, OfTwoEnginesDoesNotComeBackAtTheSameInstant) {
  const Draws one{1, 0};
  const Draws other{2, 0};
  const CallId call{7};
  EXPECT_NE(one.jitter(call, 1, std::chrono::seconds{15}),
            other.jitter(call, 1, std::chrono::seconds{15}));
}

// Shows REG-06.
TEST(RegisterFailure, RetryAfterIsHonoured) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  (void)r.answers(503, sip::header_line(Header::kRetryAfter, "600 (maintenance)"));
  EXPECT_GE(r.waits(), 600);
  EXPECT_LE(r.waits(), 630);
}

// Shows REG-06.
TEST(RegisterFailure, ARedirectionIsFollowedOnceToEachTarget) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  const std::string elsewhere = sip::header_line(Header::kContact, "<sip:192.0.2.10>");
  (void)r.answers(302, elsewhere);
  EXPECT_EQ(r.request().request_uri(), "sip:192.0.2.10");
  EXPECT_EQ(r.newest.destination.host, "192.0.2.10");
  EXPECT_EQ(told(r.answers(302, elsewhere)).front(), "RegistrationFailed");
}

// Shows AUT-08.
TEST(RegisterChallenge, IsSignedByTheWorldAndSentAgain) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  const SendRequest first = r.newest;
  const Outbox out = r.answers(401, www(", algorithm=SHA-256, opaque=\"o\""));
  EXPECT_EQ(told(out), (Lines{"RegisterBegun", "! SignRequest"}));
  const auto order = output_in<SignRequest>(out);
  EXPECT_EQ(order.layer, LayerId::kRegistration);
  EXPECT_EQ(order.method, "REGISTER");
  EXPECT_EQ(order.uri, "sip:192.0.2.9");
  ASSERT_EQ(order.challenges.size(), 1U);
  EXPECT_EQ(order.challenges[0].count, 1U);
  EXPECT_NE(order.challenges[0].cnonce, "");

  const std::string lines = "Authorization: Digest username=\"alice\"\r\n";
  EXPECT_EQ(told(r.signs(lines)), (Lines{"RegisterSigned", "> Transaction SendRequest REGISTER"}));
  EXPECT_EQ(r.header(Header::kAuthorization), "Digest username=\"alice\"");
  EXPECT_EQ(r.request().cseq(), 2U);
  EXPECT_EQ(r.request().call_id(), parsed(first.request).call_id());
  EXPECT_EQ(r.request().from_tag(), parsed(first.request).from_tag());
  EXPECT_NE(r.request().via().branch, parsed(first.request).via().branch);
  EXPECT_EQ(told(r.signs(lines)), Lines{});  // a second signature means nothing
}

std::string credentials(std::string_view nonce = kNonce) {
  return "Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"" +
         std::string{nonce} +
         "\", uri=\"sip:192.0.2.9\", response=\"00\", cnonce=\"c\", qop=auth, nc=00000001\r\n";
}

// Shows AUT-09.
TEST(RegisterChallenge, RefusedCredentialsAreNotTriedAgainUnlessTheirNonceWasOld) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  (void)r.answers(401, www());
  (void)r.signs(credentials());
  (void)r.answers(401, www(", stale=true", "second"));
  EXPECT_EQ(told(r.signs(credentials("second"))).front(), "RegisterSigned");
  EXPECT_EQ(told(r.answers(401, www({}, "third"))).front(), "RegistrationFailed");
}

// Shows AUT-09.
TEST(RegisterChallenge, ARegistrarThatAsksForEverIsLeftAfterSixTries) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  int tries = 1;
  for (std::string nonce = "n";; nonce += "n") {
    const Outbox out = r.answers(401, www(", stale=true", nonce));
    if (told(out).front() == "RegistrationFailed") break;
    ASSERT_LE(++tries, 6);
    (void)r.signs(credentials(nonce));
  }
  EXPECT_EQ(tries, 6);
}

// Shows AUT-10.
TEST(RegisterChallenge, TheRefreshUsesTheNonceOnceMoreOrTheNextOneItWasGiven) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  const auto first = output_in<SignRequest>(r.answers(401, www()));
  (void)r.signs(credentials());
  (void)r.answers(200, bound());
  const auto second = output_in<SignRequest>(r.later());
  EXPECT_EQ(second.challenges[0].count, 2U);
  EXPECT_NE(second.challenges[0].cnonce, first.challenges[0].cnonce);
  (void)r.signs(credentials());
  (void)r.answers(200,
                  bound() + sip::header_line(Header::kAuthenticationInfo, "nextnonce=\"fresh\""));
  const auto third = output_in<SignRequest>(r.later());
  EXPECT_EQ(third.challenges[0].count, 1U);
  EXPECT_NE(third.challenges[0].challenge.find("nonce=\"fresh\""), std::string::npos);
  // A nonce that has become too old may simply be replaced.
  (void)r.signs(credentials("fresh"));
  EXPECT_EQ(told(r.answers(401, www({}, "newer"))), (Lines{"RegisterBegun", "! SignRequest"}));
}

// Shows AUT-12.
TEST(RegisterChallenge, AProxyAndTheRegistrarAreBothAnswered) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  const std::string proxy =
      "Proxy-Authenticate: Digest realm=\"proxy\", nonce=\"p\", qop=\"auth\"\r\n";
  (void)r.answers(407, proxy);
  (void)r.signs("Proxy-Authorization: Digest username=\"alice\"\r\n");
  const auto order = output_in<SignRequest>(r.answers(401, www()));
  ASSERT_EQ(order.challenges.size(), 2U);
  EXPECT_FALSE(order.challenges[0].proxy);
  EXPECT_EQ(order.challenges[0].count, 1U);
  EXPECT_TRUE(order.challenges[1].proxy);
  EXPECT_EQ(order.challenges[1].count, 2U);
}

// Shows AUT-16.
TEST(RegisterChallenge, Md5IsNotAnsweredWhereItIsRefused) {
  Registrar r{Config{.refuse_md5 = true}};
  (void)r.wants(Op::kRegister);
  EXPECT_EQ(told(r.answers(401, www())).front(), "RegistrationFailed");
}

TEST(RegisterChallenge, WithoutASignatureItFailsAndTriesAgainLater) {
  Registrar r;
  (void)r.wants(Op::kRegister);
  (void)r.answers(401, www());
  EXPECT_EQ(told(r.signs({})).front(), "RegistrationFailed");
  (void)r.later();
  (void)r.answers(401, www());
  EXPECT_EQ(r.waits(), 32);  // whoever was asked may have died
  EXPECT_EQ(told(r.later()).front(), "RegistrationFailed");
  EXPECT_GE(r.waits(), 15);
}

TEST(RegisterRequest, GoesThroughTheOutboundProxy) {
  Registrar r;
  r.layer.config().outbound_proxy = "sip:192.0.2.8;lr";
  (void)r.wants(Op::kRegister);
  EXPECT_EQ(r.newest.destination.host, "192.0.2.8");
  EXPECT_EQ(r.header(Header::kRoute), "<sip:192.0.2.8;lr>");
  EXPECT_EQ(r.request().request_uri(), "sip:192.0.2.9");
}

TEST(RegisterRequest, OfWhatIsNoSipUriIsRefused) {
  Registrar r;
  const Outbox out = r.layer.when(Operate{CallId{5}, CommandId{1}, Op::kRegister, "tel:123"});
  EXPECT_EQ(told(out), (Lines{"> Client OperationDone"}));
}

// A command about an address, through the whole engine, beside a call.
CommandGiven command(Op op, std::uint64_t id) {
  return {CommandId{id}, op, {}, std::string{"sip:alice@192.0.2.2"}};
}

std::vector<std::string> events_of(const Engine& engine, CallId call) {
  std::vector<std::string> types;
  for (const Record& record : engine.log().records()) {
    if (call_of(record.event) == call) types.push_back(std::string{type_of(record.event)});
  }
  return types;
}

// Shows REG-08.
TEST(RegistrationAndCalls, ARegistrationThatFailsChangesNoCall_I50) {
  const auto play = [](bool registers) {
    Engine engine;
    if (registers) engine.deliver(command(Op::kRegister, 90));
    engine.receive(first_invite());
    const CallId call = engine.kernel().state().directory.live_calls() == 1
                            ? Draws{1, 0}.inbound_call(kCallId, kPeerTag, "z9hG4bKb1", at_ms(0))
                            : CallId{};
    engine.deliver(CommandGiven{CommandId{1}, Op::kAnswer, call, {}});
    if (registers) engine.respond(Method::kRegister, {.status = 403});
    engine.receive({.method = Method::kAck, .cseq = 10, .branch = "ack", .to_tag = engine.tag()});
    engine.run_until(at_ms(100'000));  // the next try gets no answer
    return std::pair{events_of(engine, call), engine.kernel().state()};
  };
  const auto [with, state_with] = play(true);
  const auto [without, state_without] = play(false);
  EXPECT_EQ(with, without);
  EXPECT_GT(with.size(), 10U);
  EXPECT_EQ(layer<SessionLayer>(state_with), layer<SessionLayer>(state_without));
  EXPECT_EQ(layer<DialogLayer>(state_with), layer<DialogLayer>(state_without));
  EXPECT_EQ(state_with.directory, state_without.directory);
}

TEST(RegistrationAndClient, ACommandHasOneAnswerAndTheUserIsTold) {
  Engine engine;
  engine.deliver(command(Op::kRegister, 90));
  EXPECT_EQ(engine.sent(), (Lines{"REGISTER"}));
  engine.respond(Method::kRegister, {.status = 200, .contact = "<sip:alice@192.0.2.1:5060>"});
  EXPECT_EQ(engine.replies(), (Lines{"ok"}));
  EXPECT_EQ(engine.take_notices(), (Lines{"Registration"}));
  engine.deliver(command(Op::kRegister, 90));  // EVENTLOG G4: the same command, the same answer
  EXPECT_EQ(engine.sent(), Lines{});
  EXPECT_EQ(engine.replies(), (Lines{"ok"}));
  EXPECT_EQ(engine.folded(), engine.kernel().state());
}

TEST(RegistrationAndClient, OnlyTheNewestCommandsOfAnAddressAreRemembered) {
  Given<ClientLayer> client;
  const CallId call = client.draws().registration("sip:alice@192.0.2.2");
  for (std::uint64_t id = 1; id <= limits::kCommandsMax + 5; ++id) {
    (void)client.when(command(Op::kRegister, id));
  }
  EXPECT_EQ(client.own().calls.find(call)->commands.size(), limits::kCommandsMax);
  EXPECT_EQ(client.own().commands.size(), limits::kCommandsMax);
}

// Shows REG-07.
TEST(RegisterRequest, PromisesNothingOfOutbound_5626) {
  Registrar registrar;
  (void)registrar.wants(Op::kRegister);
  const std::string request = registrar.newest.request;
  EXPECT_TRUE(request.starts_with("REGISTER "));
  EXPECT_EQ(registrar.header(Header::kContact).find("+sip.instance"), std::string::npos);
  for (const char* promise : {"reg-id", ";ob", "outbound", "Supported: path"}) {
    EXPECT_EQ(request.find(promise), std::string::npos) << promise;
  }
}

}  // namespace
}  // namespace lastcall::core
