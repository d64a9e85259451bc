#include "engine/host/targets.hpp"

#include "engine/model/limits.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace lastcall::host {
namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::uint16_t usual_port(Transport transport) { return transport == Transport::kTls ? 5061 : 5060; }

std::string_view service_prefix(Transport transport) {
  switch (transport) {
    case Transport::kUdp:
      return "_sip._udp.";
    case Transport::kTls:
      return "_sips._tcp.";
    case Transport::kTcp:
    case Transport::kWs:
      break;
  }
  return "_sip._tcp.";
}

// One of the records that share a priority.
std::size_t drawn(const std::vector<Srv>& group,
                  const std::function<std::uint32_t(std::uint32_t)>& draw) {
  std::uint32_t sum = 0;
  for (const Srv& srv : group) sum += srv.weight;
  const std::uint32_t chosen = draw(sum);
  std::uint32_t running = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    running += group[i].weight;
    if (running >= chosen) return i;
  }
  return group.size() - 1;
}

}  // namespace

std::vector<Srv> in_order(std::vector<Srv> srvs,
                          const std::function<std::uint32_t(std::uint32_t)>& draw) {
  // Those of weight 0 come first, so that they have a small chance at all.
  std::ranges::sort(srvs, {}, [](const Srv& s) {
    return std::tuple<std::uint16_t, std::uint16_t, std::string_view, std::uint16_t>{
        s.priority, s.weight, s.target, s.port};
  });
  std::vector<Srv> ordered;
  while (!srvs.empty()) {
    const auto end = std::ranges::find_if(
        srvs, [&](const Srv& s) { return s.priority != srvs.front().priority; });
    std::vector<Srv> group{srvs.begin(), end};
    srvs.erase(srvs.begin(), end);
    while (!group.empty()) {
      const auto chosen = group.begin() + static_cast<std::ptrdiff_t>(drawn(group, draw));
      ordered.push_back(*chosen);
      group.erase(chosen);
    }
  }
  return ordered;
}

TargetSearch::TargetSearch(std::string_view uri, const Means& means) : means_(means) { begin(uri); }

// RFC 3263 4.1: what the URI says itself needs no question.
void TargetSearch::begin(std::string_view text) {
  const auto uri = sip::parse_uri(text);
  if (!uri) return;
  secure_ = lower(uri->scheme) == "sips";
  if (const auto word = sip::param(uri->params, "transport")) {
    wanted_ = named<Transport>(lower(*word));
    if (!wanted_) return;
  }
  // RFC 3261 26.2.2: sips over TCP means TLS; over UDP there is none.
  if (secure_ && wanted_ == Transport::kUdp) return;
  if (secure_ && wanted_ == Transport::kTcp) wanted_ = Transport::kTls;
  const Transport usual = wanted_.value_or(secure_ ? Transport::kTls : Transport::kUdp);
  if (usual == Transport::kTls && !means_.tls) return;

  if (const auto numeric = sip::endpoint_of(*uri)) {
    targets_.push_back(*numeric);
    return;
  }
  if (wanted_ == Transport::kWs) return;  // we open none
  const auto maddr = sip::param(uri->params, "maddr");
  host_ = lower(maddr ? *maddr : uri->host);
  if (host_.ends_with('.')) host_.pop_back();
  const Step own{{RecordType::kAddress, host_}, usual, uri->port.value_or(usual_port(usual))};
  if (uri->port) {
    steps_ = {own};
    return;
  }
  last_resort_ = own;
  if (wanted_) return ask_for_services();
  steps_ = {{{RecordType::kNaptr, host_}}};
}

std::optional<Question> TargetSearch::question() const {
  if (steps_.empty()) return std::nullopt;
  return steps_.front().question;
}

void TargetSearch::answer(const Answer& answer) {
  const Step step = std::move(steps_.front());
  steps_.pop_front();
  const bool enough = targets_.size() >= limits::kTargetsMax || ++asked_ >= limits::kQuestionsMax;
  if (answer.failed) {
    // Nobody knows whether there is a better way: going another one could be wrong.
    if (step.question.type != RecordType::kAddress) {
      steps_.clear();
      last_resort_.reset();
    }
  } else if (step.question.type == RecordType::kNaptr) {
    follow_naptrs(answer.naptrs);
  } else if (step.question.type == RecordType::kSrv) {
    follow_srvs(step, answer.srvs);
  } else {
    add_targets(step, answer.addresses);
  }
  if (enough || targets_.size() >= limits::kTargetsMax) {
    steps_.clear();
  } else if (steps_.empty() && last_resort_ && targets_.empty()) {
    steps_ = {*std::exchange(last_resort_, std::nullopt)};
  }
}

void TargetSearch::follow_naptrs(std::vector<Naptr> naptrs) {
  std::ranges::sort(naptrs, {}, [](const Naptr& n) {
    return std::tuple<std::uint16_t, std::uint16_t, std::string_view>{n.order, n.preference,
                                                                      n.service};
  });
  for (const Naptr& naptr : naptrs) {
    const auto transport = transport_of(naptr.service);
    const std::string flags = lower(naptr.flags);
    if (!transport || naptr.replacement.empty()) continue;
    if (flags == "s") steps_.push_back({{RecordType::kSrv, naptr.replacement}, *transport, 0});
    if (flags == "a") {
      steps_.push_back(
          {{RecordType::kAddress, naptr.replacement}, *transport, usual_port(*transport)});
    }
  }
  if (steps_.empty()) ask_for_services();
}

// RFC 3263 4.1: without NAPTR, the services that we could use, the first one that exists.
void TargetSearch::ask_for_services() {
  for (const Transport transport : {Transport::kUdp, Transport::kTcp, Transport::kTls}) {
    if (wanted_ ? wanted_ != transport : secure_ && transport != Transport::kTls) continue;
    if (transport == Transport::kTls && !means_.tls) continue;
    steps_.push_back(
        {.question = {RecordType::kSrv, std::string{service_prefix(transport)}.append(host_)},
         .transport = transport,
         .alternative = true});
  }
}

void TargetSearch::follow_srvs(const Step& step, std::vector<Srv> srvs) {
  if (srvs.empty()) return;
  // There are services, so the host's own address is none. RFC 2782: the target "." says "not
  // here".
  last_resort_.reset();
  if (step.alternative) std::erase_if(steps_, [](const Step& s) { return s.alternative; });
  std::erase_if(srvs, [](const Srv& srv) { return srv.target.empty(); });
  std::vector<Step> found;
  for (const Srv& srv : in_order(std::move(srvs), means_.draw)) {
    found.push_back({{RecordType::kAddress, srv.target}, step.transport, srv.port});
  }
  steps_.insert(steps_.begin(), found.begin(), found.end());
}

void TargetSearch::add_targets(const Step& step, const std::vector<std::string>& addresses) {
  const auto is_v6 = [](const std::string& address) { return address.contains(':'); };
  // What our own address cannot reach comes last.
  for (const bool v6 : {means_.prefer_ipv6, !means_.prefer_ipv6}) {
    for (const std::string& address : addresses) {
      if (is_v6(address) != v6 || targets_.size() == limits::kTargetsMax) continue;
      targets_.push_back({address, step.port, step.transport});
    }
  }
}

// RFC 3263 4.1: SIP+D2U, SIP+D2T and SIPS+D2T; what we do not speak is passed over.
std::optional<Transport> TargetSearch::transport_of(std::string_view service) const {
  const std::string text = lower(service);
  std::optional<Transport> transport;
  if (text == "sip+d2u") transport = Transport::kUdp;
  if (text == "sip+d2t") transport = Transport::kTcp;
  if (text == "sips+d2t" && means_.tls) transport = Transport::kTls;
  if (secure_ && transport != Transport::kTls) return std::nullopt;
  return transport;
}

}  // namespace lastcall::host
