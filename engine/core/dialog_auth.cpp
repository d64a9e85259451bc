#include "engine/core/dialog_auth.hpp"

#include "engine/core/challenges.hpp"
#include "engine/core/dialog_again.hpp"
#include "engine/core/dialog_steps.hpp"
#include "engine/sip/parse.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::core {
namespace {

void give_up(const LegContext& at, const RefusedRequest& refused) {
  constexpr int kUnauthorized = 401;
  const TransactionId transaction = refused.transaction;
  if (transaction == at.leg.invite) {
    if (follow_redirection(at, {kUnauthorized, refused.request})) return;
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
  const bool sent =
      !signature.lines.empty() &&
      send_again(at, {.refused = signature.transaction,
                      .request = refused->request,
                      .changes = {.drop = {Header::kAuthorization, Header::kProxyAuthorization},
                                  .lines = signature.lines},
                      .credentials = signature.lines});
  if (!sent) give_up(at, *refused);
}

std::string credentials_of(const Leg& leg, std::uint32_t cseq) {
  if (cseq == leg.invite_cseq) return leg.invite_credentials;
  for (const OwnRequest& own : leg.requests) {
    if (own.method == Method::kInvite && own.cseq == cseq) return own.credentials;
  }
  return {};
}

}  // namespace lastcall::core
