#include "replay/exports/sipp.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"
#include "replay/canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

namespace lastcall::replay::exports {
namespace {

using wire::Call;
using wire::Message;
using wire::Side;

// Headers that decide how the other side goes on; all others are left out.
constexpr std::array<std::string_view, 20> kCopied{"Supported",
                                                   "Require",
                                                   "RSeq",
                                                   "RAck",
                                                   "Session-Expires",
                                                   "Min-SE",
                                                   "Event",
                                                   "Subscription-State",
                                                   "Retry-After",
                                                   "Reason",
                                                   "Expires",
                                                   "Allow",
                                                   "Accept",
                                                   "Refer-To",
                                                   "Referred-By",
                                                   "WWW-Authenticate",
                                                   "Proxy-Authenticate",
                                                   "Authorization",
                                                   "Proxy-Authorization",
                                                   "Warning"};

// Text that stands in a scenario as it is: no keyword of sipp and no end of CDATA is in it.
std::string literal(std::string_view text) {
  std::string safe = inert(text);
  std::ranges::replace(safe, '[', '(');
  std::ranges::replace(safe, ']', ')');
  return safe;
}

std::string user_of(const SipMessage& message, Header header) {
  const auto address = sip::parse_name_addr(message.header(header).value_or(""));
  const auto uri = address ? sip::parse_uri(address->uri) : std::unexpected(sip::ParseError{});
  return uri && !uri->user.empty() ? literal(uri->user) : "user";
}

bool is_sdp(const SipMessage& message) {
  const auto type = message.header(Header::kContentType);
  return type && type->starts_with("application/sdp");
}

// The description with sipp's addresses and ports.
std::string sdp_of(std::string_view body) {
  std::string text;
  int ports = 0;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size() - 1);
    std::string_view line = body.substr(0, end + 1);
    body.remove_prefix(end + 1);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t space = line.find(' ');
    if (line.starts_with("c=") && line.find("0.0.0.0") == line.npos) {
      text += "c=IN IP[media_ip_type] [media_ip]\n";
    } else if (line.starts_with("o=")) {
      text += "o=- 1 1 IN IP[local_ip_type] [local_ip]\n";
    } else if (line.starts_with("m=") && space != line.npos) {
      const std::size_t next = std::min(line.find(' ', space + 1), line.size());
      const bool is_off = line.substr(space + 1, next - space - 1) == "0";
      const std::string port = is_off ? "0" : fmt::format("[media_port+{}]", 2 * ports++);
      text += fmt::format("{} {}{}\n", literal(line.substr(0, space)), port,
                          literal(line.substr(next)));
    } else if (!line.empty() && !line.starts_with("a=candidate") && !line.starts_with("a=ice-") &&
               !line.starts_with("a=crypto") && !line.starts_with("a=rtcp:")) {
      text += literal(line) + "\n";
    }
  }
  return text;
}

// One side's scenario.
class Script {
 public:
  Script(const Call& call, const wire::Indices& played, Side side)
      : call_(call), played_(played), side_(side) {}

  std::string write() {
    find_overtakers();
    for (const std::size_t index : played_) {
      const Message& message = call_.at(index);
      const bool is_new = seen_.insert({message.sip.bytes(), call_.sender_of(message)}).second;
      if (call_.sender_of(message) == side_)
        send(message);
      else if (is_new)  // sipp passes over repeats by itself
        receive(message);
      else
        continue;
      last_ns_ = message.mark.at_ns;
    }
    for (const auto& [at, step] : inserts_ | std::views::reverse) steps_.insert(at, step);
    return head() + steps_ + tail();
  }

 private:
  // Which of this side's requests it has sent something else behind before their answer came. From
  // a system that is faster than the captured one the answer comes first, and sipp gives up on what
  // comes while it has something to send, unless it was told that this may come at any time.
  void find_overtakers() {
    std::map<std::string, std::size_t> sent;  // what each request was behind
    std::size_t sends = 0;
    for (const std::size_t index : played_) {
      const SipMessage& sip = call_.at(index).sip;
      const bool is_own = call_.sender_of(call_.at(index)) == side_;
      const std::string branch{sip.via().branch};
      if (is_own) ++sends;
      // These three share a branch, so that sipp cannot tell their answers apart.
      const bool is_shared = sip.method() == Method::kInvite || sip.method() == Method::kCancel ||
                             sip.method() == Method::kAck;
      if (is_own && sip.is_request() && !is_shared) sent.try_emplace(branch, sends);
      if (is_own || sip.is_request() || sip.status() < 200) continue;
      const auto request = sent.find(branch);
      if (request == sent.end()) continue;
      // Behind one of them sipp has a step of its own to do, which the next answer may meet.
      const bool meets_a_step = sends > request->second || !overtakers_.empty();
      if (meets_a_step) overtakers_.insert(branch);
    }
  }
  // Numbers what shares a branch: an INVITE, its CANCEL and the ACK for its refusal.
  int number_of(std::string_view branch) {
    return branches_.try_emplace(std::string{branch}, static_cast<int>(branches_.size()))
        .first->second;
  }
  // What a request is remembered by, to answer it: its CSeq number and method.
  static std::string key_of(const SipMessage& message) {
    return fmt::format("{}{}", message.method_text().substr(0, 12), message.cseq());
  }
  std::string variable(const std::string& name) {
    std::string safe = name;
    std::erase_if(safe, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
    variables_.insert(safe);
    return safe;
  }
  std::string value(const std::string& name) { return "[$" + variable(name) + "]"; }

  std::string capture(std::string_view regexp, std::string_view header, const std::string& name) {
    return fmt::format(
        "    <ereg regexp=\"{}\" search_in=\"hdr\" header=\"{}:\" assign_to=\"{}\"/>\n", regexp,
        header, variable(name));
  }

  void receive(const Message& message) {
    const SipMessage& sip = message.sip;
    if (const auto heard = heard_at_.find(std::string{sip.via().branch});
        heard != heard_at_.end() && !sip.is_request() && sip.status() >= 200) {
      return receive_overtaker(sip, heard->second);
    }
    last_receive_ = steps_.size();
    const bool is_invite = sip.method() == Method::kInvite;
    std::string actions;
    if (sip.is_request()) {
      steps_ += fmt::format("<recv request=\"{}\">\n", literal(sip.method_text()));
      for (const std::string_view each : {"Via", "From", "To", "CSeq"}) {
        actions += capture(".*", each, std::string{each} + key_of(sip));
      }
      if (is_invite && sip.to_tag().empty()) {
        actions += capture(".*", "From", "peer") + capture(".*", "To", "self");
      }
    } else {
      steps_ += fmt::format("<recv response=\"{}\">\n", sip.status());
      if (!sip.to_tag().empty() && is_initial(sip)) actions += capture(".*", "To", "peer");
    }
    const bool has_target =
        is_invite && (sip.is_request() || (sip.status() > 100 && sip.status() < 300));
    if (has_target) actions += capture("sip:[^&gt;]*", "Contact", "target");
    steps_ += "  <action>\n" + actions + "  </action>\n</recv>\n\n";
    if (actions.empty()) {
      const std::string empty = "  <action>\n  </action>\n";
      steps_.erase(steps_.rfind(empty), empty.size());
    }
  }

  // In its place, or any time before: sipp wants an optional <recv> to stand in front of another,
  // here at `heard_at`.
  void receive_overtaker(const SipMessage& response, std::size_t heard_at) {
    const int number = number_of(response.via().branch);
    const std::string came = variable(fmt::format("early{}", number));
    inserts_.emplace(
        heard_at,
        fmt::format("<recv response=\"{0}\" response_txn=\"{1}\" optional=\"global\" "
                    "advance_state=\"false\">\n  <action>\n"
                    "    <assign assign_to=\"{2}\" value=\"1\"/>\n  </action>\n</recv>\n\n",
                    response.status(), number, came));
    steps_ += fmt::format(
        "<nop test=\"{0}\" next=\"{1}\"/>\n\n<recv response=\"{2}\" response_txn=\"{1}\"/>\n\n"
        "<label id=\"{1}\"/>\n\n",
        came, number, response.status());
  }

  // Whether it answers an INVITE from outside dialogs.
  [[nodiscard]] bool is_initial(const SipMessage& response) const {
    return std::ranges::any_of(call_.requests, [&](const wire::Request& each) {
      return each.method == Method::kInvite && !each.is_in_dialog() &&
             each.cseq == response.cseq() && response.method() == Method::kInvite;
    });
  }

  void send(const Message& message) {
    const std::int64_t pause = last_ns_ ? (message.mark.at_ns - *last_ns_) / 1'000'000 : 0;
    if (pause > 1) steps_ += fmt::format("<pause milliseconds=\"{}\"/>\n\n", pause);
    steps_ += "<send" + begun_transaction(message.sip) + "><![CDATA[\n\n";
    steps_ += message.sip.is_request() ? request_head(message.sip) : response_head(message.sip);
    steps_ += common_lines(message.sip);
    steps_ += "\n]]></send>\n\n";
  }

  // Named only where sipp has to tell the answers of several apart.
  std::string begun_transaction(const SipMessage& sip) {
    const std::string branch{sip.via().branch};
    if (!sip.is_request() || !last_receive_ || !overtakers_.contains(branch)) return "";
    if (!heard_at_.emplace(branch, *last_receive_).second) return "";
    return fmt::format(" start_txn=\"{}\"", number_of(branch));
  }

  [[nodiscard]] std::string tag_of(std::string_view captured) const {
    return literal(captured) + "-[call_number]";
  }

  // Whether it is sent to the URI of the INVITE: in no dialog, or an ACK for a refusal.
  [[nodiscard]] bool goes_to_first_uri(const SipMessage& request) const {
    if (side_ == Side::kCallee) return false;
    if (request.to_tag().empty()) return true;
    return request.method() == Method::kAck &&
           branches_.contains(std::string{request.via().branch});
  }

  std::string request_head(const SipMessage& request) {
    const std::string callee = user_of(call_.messages.front().sip, Header::kTo);
    const std::string uri = goes_to_first_uri(request)
                                ? fmt::format("sip:{}@[remote_ip]:[remote_port]", callee)
                                : value("target");
    const bool is_caller = side_ == Side::kCaller;
    const std::string from = is_caller
                                 ? fmt::format(" <sip:{}@[local_ip]:[local_port]>",
                                               user_of(call_.messages.front().sip, Header::kFrom))
                                 : value("self");
    const std::string to = request.to_tag().empty()
                               ? fmt::format(" <sip:{}@[remote_ip]:[remote_port]>", callee)
                               : value("peer");
    return fmt::format(
        "{} {} SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{}\n"
        "Max-Forwards: 70\nFrom:{};tag={}\nTo:{}\nCall-ID: [call_id]\nCSeq: {} {}\n",
        literal(request.method_text()), uri, number_of(request.via().branch), from,
        tag_of(request.from_tag()), to, request.cseq(), literal(request.method_text()));
  }

  std::string response_head(const SipMessage& response) {
    const std::string key = key_of(response);
    std::string to = value("To" + key);
    const bool makes_tag =
        side_ == Side::kCallee && !response.to_tag().empty() && !was_in_dialog(response);
    if (makes_tag) to += ";tag=" + tag_of(response.to_tag());
    return fmt::format("SIP/2.0 {} {}\nVia:{}\nFrom:{}\nTo:{}\nCall-ID: [call_id]\nCSeq:{}\n",
                       response.status(), literal(response.reason()), value("Via" + key),
                       value("From" + key), to, value("CSeq" + key));
  }

  [[nodiscard]] bool was_in_dialog(const SipMessage& response) const {
    return std::ranges::any_of(call_.requests, [&](const wire::Request& each) {
      return each.cseq == response.cseq() && each.name == response.method_text() &&
             each.from_tag == response.from_tag() && each.is_in_dialog();
    });
  }

  std::string common_lines(const SipMessage& message) {
    std::string lines;
    const bool has_contact =
        message.method() == Method::kInvite || message.method() == Method::kUpdate;
    if (has_contact && (message.is_request() || message.status() < 300)) {
      lines += "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n";
    }
    for (std::size_t i = 0; i < message.header_count(); ++i) {
      const HeaderView line = message.header_at(i);
      if (std::ranges::find(kCopied, line.name) == kCopied.end()) continue;
      lines += fmt::format("{}: {}\n", line.name, literal(line.value));
    }
    if (message.body().empty()) return lines + "Content-Length: 0\n";
    if (is_sdp(message)) {
      return lines + "Content-Type: application/sdp\nContent-Length: [len]\n\n" +
             sdp_of(message.body());
    }
    return lines + fmt::format("Content-Type: {}\nContent-Length: [len]\n\n{}\n",
                               literal(message.header(Header::kContentType).value_or("text/plain")),
                               literal(message.body()));
  }

  [[nodiscard]] std::string head() const {
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE scenario SYSTEM \"sipp.dtd\">\n"
        "<!-- The {0} of a captured call. First the callee, then the caller:\n"
        "  sipp -sf callee.xml -i 127.0.0.1 -p 5070 -m 1 127.0.0.1:5071\n"
        "  sipp -sf caller.xml -i 127.0.0.1 -p 5071 -m 1 127.0.0.1:5070\n"
        "-->\n<scenario name=\"{0}\">\n\n",
        name(side_));
  }

  [[nodiscard]] std::string tail() const {
    std::string names;
    for (const std::string& each : variables_) names += (names.empty() ? "" : ",") + each;
    if (names.empty()) return "</scenario>\n";
    return fmt::format("<Reference variables=\"{}\"/>\n\n</scenario>\n", names);
  }

  const Call& call_;
  const wire::Indices& played_;
  Side side_;
  std::map<std::string, int> branches_;
  std::set<std::string> variables_;
  std::set<std::pair<std::string, Side>> seen_;
  // Of answers that may come early: the branches, where in the steps an optional <recv> may stand
  // for each, and those steps.
  std::set<std::string> overtakers_;
  std::map<std::string, std::size_t> heard_at_;
  std::multimap<std::size_t, std::string> inserts_;
  std::optional<std::size_t> last_receive_;
  std::optional<std::int64_t> last_ns_;
  std::string steps_;
};

bool is_between(const Message& message, const Message& first) {
  const auto is = [](const Endpoint& a, const Endpoint& b) {
    return a.host == b.host && (a.port == b.port || is_reliable(a.transport));
  };
  return (is(message.source, first.source) && is(message.destination, first.destination)) ||
         (is(message.source, first.destination) && is(message.destination, first.source));
}

}  // namespace

wire::Indices first_hop(const wire::Call& call) {
  wire::Indices played;
  for (std::size_t i = 0; i < call.messages.size(); ++i) {
    if (is_between(call.at(i), call.messages.front())) played.push_back(i);
  }
  return played;
}

std::expected<SippPair, std::string> to_sipp(const Call& call) {
  const SipMessage& first = call.messages.front().sip;
  const bool begins =
      first.is_request() && first.method() == Method::kInvite && first.to_tag().empty();
  if (call.begins_inside || !begins) {
    return std::unexpected("its beginning was not captured: nobody can play it");
  }
  const wire::Indices played = first_hop(call);
  return SippPair{Script{call, played, Side::kCaller}.write(),
                  Script{call, played, Side::kCallee}.write()};
}

}  // namespace lastcall::replay::exports
