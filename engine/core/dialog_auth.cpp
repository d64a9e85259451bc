#include "engine/core/dialog_auth.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/challenges.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/again.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::core {
namespace {

// What is known of a request of ours: the first INVITE has no entry among the others.
struct Known {
  Method method = Method::kInvite;
  const Dialog* dialog = nullptr;  // null: it is outside dialogs
  std::uint32_t tries = 1;
};

std::optional<Known> known_request(const Leg& leg, TransactionId transaction) {
  if (transaction == leg.invite && leg.role == CallRole::kCaller) {
    return Known{.tries = leg.invite_tries};
  }
  const OwnRequest* own = leg.own_request(transaction);
  if (own == nullptr) return std::nullopt;
  return Known{.method = own->method, .dialog = leg.find(own->dialog), .tries = own->tries};
}

// A BYE is sent again though the call is ending (RACES R-5407-D2); nothing else is (I-31).
bool may_leave(const Leg& leg, const Known& known) {
  if (known.method == Method::kBye) return known.dialog != nullptr;
  const bool mortal = known.dialog != nullptr && known.dialog->phase == DialogPhase::kMortal;
  return !leg.ending() && !mortal;
}

// The URI without the brackets of its name-addr.
std::string bare(const std::string& name_addr) {
  return name_addr.size() < 2 ? name_addr : name_addr.substr(1, name_addr.size() - 2);
}

void send_again(const LegContext& at, const Known& known, const RefusedRequest& refused,
                const std::string& lines) {
  const auto request = sip::parse(refused.request);
  if (!request) return;  // answerable() has read it
  const bool first = known.dialog == nullptr;
  const std::uint32_t cseq = (first ? at.leg.invite_cseq : known.dialog->local_cseq) + 1;
  const std::string branch =
      at.context.draws.branch(at.call, first ? DialogId{} : known.dialog->id, known.method, cseq);
  const TransactionId transaction = at.context.draws.client_transaction(branch, known.method);
  at.out.record(RequestMended{.call = at.call,
                              .refused = refused.transaction,
                              .transaction = transaction,
                              .method = known.method,
                              .cseq = cseq,
                              .credentials = lines});
  at.out.send(ToTransaction{SendRequest{
      .call = at.call,
      .transaction = transaction,
      .method = known.method,
      .destination = first ? at.leg.remote : known.dialog->destination,
      .local = at.leg.local,
      .request =
          sip::again(*request, {.branch = branch,
                                .cseq = cseq,
                                .drop = {Header::kAuthorization, Header::kProxyAuthorization},
                                .lines = lines}),
      .next_hop = first ? first_hop(at.context.config, request->request_uri())
                        : next_hop_of(known.dialog->routes, known.dialog->remote_target)}});
}

void give_up(const LegContext& at, TransactionId transaction) {
  constexpr int kUnauthorized = 401;
  if (transaction == at.leg.invite) {
    return invite_failed(at, Cause::kRemoteReject, kUnauthorized);
  }
  if (const OwnRequest* own = at.leg.own_request(transaction)) {
    finish_request(at, {*own, kUnauthorized, nullptr});
  }
}

}  // namespace

std::optional<std::vector<Challenged>> answerable(const LegContext& at,
                                                  const ResponseReceived& refused) {
  const int status = refused.message.status();
  if (status != 401 && status != 407) return std::nullopt;
  const auto known = known_request(at.leg, refused.transaction);
  if (!known || known->tries >= kTriesMax || !may_leave(at.leg, *known)) return std::nullopt;
  if (!sip::parse(refused.request)) return std::nullopt;
  return next_challenges(at.leg.challenges, refused, Credence::kFresh, at.context.config);
}

void ask_to_sign(const LegContext& at, const ResponseReceived& refused,
                 const std::vector<Challenged>& challenges) {
  const auto request = sip::parse(refused.request);
  CHECK(request.has_value(), "answerable() has read it");
  RequestChallenged challenged{
      .call = at.call,
      .transaction = refused.transaction,
      .challenges = used_again(challenges, refused.transaction, at.context.draws),
      .wire = {refused.request}};
  at.out.perform(at.call, Gate::kDurable,
                 SignRequest{.layer = LayerId::kDialog,
                             .call = at.call,
                             .transaction = refused.transaction,
                             .challenges = challenged.challenges,
                             .method = std::string{request->method_text()},
                             .uri = std::string{request->request_uri()},
                             .body = std::string{request->body()},
                             .aor = bare(at.leg.local_uri)});
  at.out.record(std::move(challenged));
}

void receive_signature(const LegContext& at, const RequestSigned& signature) {
  const auto refused =
      std::ranges::find(at.leg.refused, signature.transaction, &RefusedRequest::transaction);
  const auto known = known_request(at.leg, signature.transaction);
  if (refused == at.leg.refused.end() || !known) return;  // it has ended meanwhile
  if (signature.lines.empty() || !may_leave(at.leg, *known)) {
    return give_up(at, signature.transaction);
  }
  send_again(at, *known, *refused, signature.lines);
}

std::string credentials_of(const Leg& leg, std::uint32_t cseq) {
  if (cseq == leg.invite_cseq) return leg.invite_credentials;
  for (const OwnRequest& own : leg.requests) {
    if (own.method == Method::kInvite && own.cseq == cseq) return own.credentials;
  }
  return {};
}

}  // namespace lastcall::core
