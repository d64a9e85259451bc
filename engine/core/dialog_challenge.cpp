#include "engine/core/challenges.hpp"
#include "engine/core/dialog_auth.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <array>
#include <utility>

namespace lastcall::core {
namespace {

// A nonce says in which minute it was made, and proves that we made it for this Call-ID: nothing
// has to be remembered of who was asked (RFC 7616 5.4).
constexpr Duration kNonceStep = std::chrono::minutes{1};
constexpr std::int64_t kNonceSteps = 5;  // older ones are stale

std::string nonce_of(std::int64_t step, std::string_view sip_call_id, const Context& context) {
  return to_hex(static_cast<std::uint64_t>(step)) + context.draws.nonce(step, sip_call_id);
}

std::int64_t step_now(const Context& context) { return to_ns(context.now) / kNonceStep.count(); }

enum class NonceAge : std::uint8_t { kFresh, kStale, kForeign };

NonceAge age_of(std::string_view nonce, std::string_view sip_call_id, const Context& context) {
  const auto step = from_hex(nonce.substr(0, 16));
  if (!step || nonce.size() != 32) return NonceAge::kForeign;
  const auto made = static_cast<std::int64_t>(*step);
  if (nonce != nonce_of(made, sip_call_id, context)) return NonceAge::kForeign;
  return step_now(context) - made < kNonceSteps ? NonceAge::kFresh : NonceAge::kStale;
}

// RFC 8760 2.3: one challenge per algorithm, the preferred one first: that which most peers know,
// for some of them look at no other.
std::string challenge_lines(const SipMessage& request, bool stale, const Context& context) {
  std::string lines;
  using enum sip::DigestAlgorithm;
  for (const auto algorithm : {kSha256, kSha512_256, kMd5}) {
    if (!allowed_digests(context.config).contains(algorithm)) continue;
    const sip::Challenge challenge{.realm = context.config.realm,
                                   .nonce = nonce_of(step_now(context), request.call_id(), context),
                                   .algorithm = algorithm,
                                   .stale = stale};
    lines += sip::header_line(Header::kWwwAuthenticate, sip::write_challenge(challenge));
  }
  return lines;
}

// The credentials for our realm, with the text they were read from.
struct Shown {
  sip::Credentials credentials;
  std::string text;
};

std::optional<Shown> shown_in(const SipMessage& request, const Config& config) {
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const HeaderView line = request.header_at(i);
    if (line.kind != Header::kAuthorization) continue;
    auto credentials = sip::parse_credentials(line.value);  // another scheme says nothing to us
    if (credentials && credentials->realm == config.realm) {
      return Shown{*std::move(credentials), std::string{line.value}};
    }
  }
  return std::nullopt;
}

// The part of a URI that names whom it is for; empty for a text that is no SIP URI.
std::string user_of(std::string_view text) {
  const auto uri = sip::parse_uri(text);
  return uri ? std::string{uri->user} : std::string{};
}

// RFC 8760 2.6: the digest uri is the request URI, or was rewritten on the way from one that names
// a user of ours.
bool fits(const std::string& digest_uri, const SipMessage& request, const Config& config) {
  if (digest_uri == request.request_uri()) return true;
  const auto asked = sip::parse_uri(digest_uri);
  const auto uri = sip::parse_uri(request.request_uri());
  if (asked && uri && sip::is_equal(*asked, *uri)) return true;
  const std::string user = user_of(digest_uri);
  return !user.empty() && (user == config.user || user == user_of(config.aor));
}

void refuse_stranger(const RequestReceived& request, bool stale, const Context& context,
                     Outbox& out) {
  answer_stateless(request, 401, challenge_lines(request.message, stale, context), context, out);
}

}  // namespace

void ask_who(const RequestReceived& request, const Context& context, Outbox& out) {
  const SipMessage& message = request.message;
  const auto shown = shown_in(message, context.config);
  const bool usable = shown && shown->credentials.qop &&
                      allowed_digests(context.config).contains(shown->credentials.algorithm) &&
                      fits(shown->credentials.uri, message, context.config);
  if (!usable) return refuse_stranger(request, false, context, out);
  const NonceAge age = age_of(shown->credentials.nonce, message.call_id(), context);
  if (age != NonceAge::kFresh) {
    return refuse_stranger(request, age == NonceAge::kStale, context, out);
  }
  out.record(RequestHeld{.call = request.call,
                         .transaction = request.transaction,
                         .source = request.source,
                         .local = request.local,
                         .wire = {message.bytes()}});
  out.perform(request.call, Gate::kDurable,
              JudgeCredentials{.call = request.call,
                               .transaction = request.transaction,
                               .credentials = shown->text,
                               .method = std::string{message.method_text()},
                               .body = std::string{message.body()}});
}

void receive_judgement(const DialogLayer::State& state, const CredentialsJudged& judged,
                       const Context& context, Outbox& out) {
  const HeldRequest* held = state.held.find(judged.transaction);
  if (held == nullptr) return;  // it was cancelled
  out.record(RequestJudged{held->call, judged.transaction, judged.accepted});
  auto message = sip::parse(held->request);
  CHECK(message.has_value(), "a request that was held had been read");
  const RequestReceived request{held->call, judged.transaction, held->source, held->local,
                                *std::move(message)};
  if (!judged.accepted) return refuse_stranger(request, false, context, out);
  receive_outside(state, request, context, out);
}

void cancel_held(const HeldRequest& held, TransactionId invite, const Context& context,
                 Outbox& out) {
  out.record(RequestJudged{held.call, invite, false});
  out.send(
      ToTransaction{Respond{held.call, invite, 487, context.draws.response_tag(invite), {}, {}}});
}

}  // namespace lastcall::core
