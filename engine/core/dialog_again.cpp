#include "engine/core/dialog_again.hpp"

#include "engine/core/addresses.hpp"
#include "engine/core/challenges.hpp"
#include "engine/core/dialog_extensions.hpp"
#include "engine/sip/binding.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lastcall::core {
namespace {

bool is_same_target(std::string_view a, std::string_view b) {
  const auto left = sip::parse_uri(a);
  const auto right = sip::parse_uri(b);
  return left && right && sip::is_equal(*left, *right);
}

bool is_secure(std::string_view uri) { return same_ignoring_case(sip::scheme_of(uri), "sips"); }

bool is_among(const std::vector<std::string>& targets, std::string_view uri) {
  return std::ranges::any_of(targets,
                             [&](const std::string& each) { return is_same_target(each, uri); });
}

// 305 means a proxy and 380 another service: neither names another place of who was called.
bool redirects(int status) {
  return status >= 300 && status < 400 && status != 305 && status != 380;
}

// The targets of this redirection, then those left of earlier ones: each only once, and no more
// than kRedirectsMax for one call, so that nobody can lead us about for ever.
std::vector<std::string> next_targets(const Leg& leg, const Failure& failure) {
  std::vector<std::string> contacts;
  if (failure.response != nullptr && redirects(failure.status)) {
    contacts = sip::targets_of(*failure.response);
  }
  contacts.insert(contacts.end(), leg.redirections.left.begin(), leg.redirections.left.end());
  const std::string called = bare(leg.remote_uri);
  const std::vector<std::string>& tried = leg.redirections.tried;
  std::vector<std::string> targets;
  for (const std::string& contact : contacts) {
    const std::string uri = request_uri_of(contact);
    const bool known =
        is_same_target(uri, called) || is_among(tried, uri) || is_among(targets, uri);
    // Who was called safely is not called in the open (8.1.3.4).
    const bool exposed = is_secure(called) && !is_secure(uri);
    const bool room = tried.size() + targets.size() < limits::kRedirectsMax;
    if (!uri.empty() && !known && !exposed && room) targets.push_back(uri);
  }
  return targets;
}

// The tags of this header that stay, as a header line; nothing if all of them do.
std::optional<std::string> line_without(const SipMessage& request, Header kind,
                                        EnumSet<sip::OptionTag> unsupported) {
  const auto tags = sip::option_tags_of(request, kind).known;
  const auto kept = tags.without(unsupported);
  if (kept == tags) return std::nullopt;
  return kept.empty() ? std::string{} : sip::header_line(kind, sip::write_option_tags(kept));
}

}  // namespace

std::optional<KnownRequest> known_request(const Leg& leg, TransactionId transaction) {
  if (transaction == leg.invite && leg.role == CallRole::kCaller) {
    return KnownRequest{.tries = leg.invite_tries};
  }
  const OwnRequest* own = leg.own_request(transaction);
  if (own == nullptr) return std::nullopt;
  return KnownRequest{.method = own->method, .dialog = leg.find(own->dialog), .tries = own->tries};
}

bool may_leave(const Leg& leg, const KnownRequest& known) {
  if (known.method == Method::kBye) return known.dialog != nullptr;
  const bool mortal = known.dialog != nullptr && known.dialog->phase == DialogPhase::kMortal;
  return !leg.ending() && !mortal;
}

std::string bare(const std::string& name_addr) {
  return name_addr.size() < 2 ? name_addr : name_addr.substr(1, name_addr.size() - 2);
}

bool send_again(const LegContext& at, const Mending& mending) {
  const auto known = known_request(at.leg, mending.refused);
  const auto request = sip::parse(mending.request);
  if (!known || !request || !may_leave(at.leg, *known)) return false;
  const bool moves = !mending.target.empty();
  if (!moves && known->tries >= kTriesMax) return false;

  const bool first = known->dialog == nullptr;
  const DialogId dialog = first ? DialogId{} : known->dialog->id;
  const Draws& draws = at.context.draws;
  const std::uint32_t cseq = draws.next_cseq(
      at.call, dialog, known->method, first ? at.leg.invite_cseq : known->dialog->local_cseq);
  const std::string branch = draws.branch(at.call, dialog, known->method, cseq);
  RequestMended mended{.call = at.call,
                       .refused = mending.refused,
                       .transaction = draws.client_transaction(branch, known->method),
                       .method = known->method,
                       .cseq = cseq,
                       .credentials = mending.credentials,
                       .target = mending.target,
                       .targets = mending.targets};
  const std::string hop =
      first ? first_hop(at.context.config, moves ? mending.target : request->request_uri())
            : next_hop_of(known->dialog->routes, known->dialog->remote_target);
  Endpoint destination = first ? at.leg.remote : known->dialog->destination;
  if (moves) destination = mended.destination = numeric_endpoint(hop);
  sip::Changes changes = mending.changes;
  changes.request_uri = mending.target;
  changes.branch = branch;
  changes.cseq = cseq;
  at.out.send(ToTransaction{SendRequest{.call = at.call,
                                        .transaction = mended.transaction,
                                        .method = known->method,
                                        .destination = std::move(destination),
                                        .local = at.leg.local,
                                        .request = sip::again(*request, changes),
                                        .next_hop = hop}});
  at.out.record(std::move(mended));
  return true;
}

bool send_without_extensions(const LegContext& at, const ResponseReceived& refused) {
  const auto request = sip::parse(refused.request);
  if (!request || request->method() != Method::kInvite || over(at)) return false;
  const auto unsupported = sip::option_tags_of(refused.message, Header::kUnsupported).known;
  std::vector<Header> drop;
  std::string lines;
  for (const Header kind : {Header::kRequire, Header::kProxyRequire, Header::kSupported}) {
    const auto line = line_without(*request, kind, unsupported);
    if (!line) continue;
    drop.push_back(kind);
    lines += *line;
  }
  if (drop.empty()) return false;
  if (unsupported.contains(sip::OptionTag::kTimer)) {
    drop.insert(drop.end(), {Header::kSessionExpires, Header::kMinSe});
  }
  return send_again(at, {.refused = refused.transaction,
                         .request = refused.request,
                         .changes = {.drop = std::move(drop), .lines = lines}});
}

bool follow_redirection(const LegContext& at, const Failure& failure) {
  if (failure.status >= 600 || over(at)) return false;
  std::vector<std::string> targets = next_targets(at.leg, failure);
  if (targets.empty()) return false;
  const std::string target = targets.front();
  targets.erase(targets.begin());
  const Config& config = at.context.config;
  const Transport by = numeric_endpoint(first_hop(config, target)).transport;
  const std::string contact = sip::header_line(Header::kContact, contact_for(config, by, target));
  return send_again(
      at,
      {.refused = at.leg.invite,
       .request = failure.request,
       .changes = {.sent_by = contact_at(config, by),
                   .drop = {Header::kContact, Header::kAuthorization, Header::kProxyAuthorization},
                   .lines = contact},
       .target = target,
       .targets = std::move(targets)});
}

}  // namespace lastcall::core
