#include "engine/host/dns_client.hpp"

#include "engine/base/check.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <array>
#include <map>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace lastcall::host {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// One server that is silent costs two tries; a call waits for a name no longer than for a peer.
constexpr int kTryMs = 1'500;
constexpr int kTries = 2;

using Waiting = std::unique_ptr<Resolver::Answered>;

// What c-ares gives back of a question.
Resolver::Answered taken(void* asked) {
  const Waiting waiting{static_cast<Resolver::Answered*>(asked)};
  return std::move(*waiting);
}

bool says_nothing_there(int status) { return status == ARES_ENODATA || status == ARES_ENOTFOUND; }

// The shortest life of the answers in a message; c-ares does not tell it of SRV and NAPTR.
Duration ttl_of(std::string_view message) {
  ns_msg parsed;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (ns_initparse(bytes, static_cast<int>(message.size()), &parsed) != 0) return {};
  const int records = ns_msg_count(parsed, ns_s_an);
  std::uint32_t seconds = records > 0 ? UINT32_MAX : 0;
  for (int i = 0; i < records; ++i) {
    ns_rr record;
    if (ns_parserr(&parsed, ns_s_an, i, &record) != 0) return {};
    seconds = std::min(seconds, static_cast<std::uint32_t>(ns_rr_ttl(record)));
  }
  return std::chrono::seconds{seconds};
}

std::string name_of(const char* text) {
  std::string name{text};
  if (name.ends_with('.')) name.pop_back();
  return name;
}

std::string text_of(const unsigned char* bytes) {
  return bytes ? reinterpret_cast<const char*>(bytes) : "";
}

const unsigned char* bytes_of(std::string_view message) {
  return reinterpret_cast<const unsigned char*>(message.data());
}

std::string address_text(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const bytes =
      address->sa_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
          : &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  inet_ntop(address->sa_family, bytes, text.data(), text.size());
  return text.data();
}

Answer addresses_in(const ares_addrinfo& found) {
  Answer answer;
  int seconds = found.nodes ? found.nodes->ai_ttl : 0;
  for (const ares_addrinfo_node* node = found.nodes; node; node = node->ai_next) {
    answer.addresses.push_back(address_text(node->ai_addr));
    seconds = std::min(seconds, node->ai_ttl);
  }
  answer.ttl = std::chrono::seconds{seconds};
  return answer;
}

template <Answer (*kRead)(std::string_view)>
void records_came(void* asked, int status, int /*timeouts*/, unsigned char* bytes, int size) {
  const Resolver::Answered answered = taken(asked);
  if (status == ARES_EDESTRUCTION) return;
  if (status != ARES_SUCCESS) return answered({.failed = !says_nothing_there(status)});
  answered(kRead({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}));
}

void addresses_came(void* asked, int status, int /*timeouts*/, ares_addrinfo* found) {
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned{found,
                                                                           &ares_freeaddrinfo};
  const Resolver::Answered answered = taken(asked);
  if (status == ARES_EDESTRUCTION) return;
  answered(status == ARES_SUCCESS ? addresses_in(*found)
                                  : Answer{.failed = !says_nothing_there(status)});
}

}  // namespace

Answer naptrs_in(std::string_view message) {
  ares_naptr_reply* first = nullptr;
  const int status =
      ares_parse_naptr_reply(bytes_of(message), static_cast<int>(message.size()), &first);
  if (status != ARES_SUCCESS) return {.failed = !says_nothing_there(status)};
  Answer answer{.ttl = ttl_of(message)};
  for (const ares_naptr_reply* record = first; record; record = record->next) {
    answer.naptrs.push_back({record->order, record->preference, text_of(record->flags),
                             text_of(record->service), name_of(record->replacement)});
  }
  ares_free_data(first);
  return answer;
}

Answer srvs_in(std::string_view message) {
  ares_srv_reply* first = nullptr;
  const int status =
      ares_parse_srv_reply(bytes_of(message), static_cast<int>(message.size()), &first);
  if (status != ARES_SUCCESS) return {.failed = !says_nothing_there(status)};
  Answer answer{.ttl = ttl_of(message)};
  for (const ares_srv_reply* record = first; record; record = record->next) {
    answer.srvs.push_back({record->priority, record->weight, record->port, name_of(record->host)});
  }
  ares_free_data(first);
  return answer;
}

struct DnsClient::Parts {
  explicit Parts(asio::io_context& given) : io(given), timer(given) {}

  // A socket of c-ares as Asio watches it: a duplicate, for c-ares closes its own.
  struct Watch {
    asio::posix::stream_descriptor descriptor;
    ares_socket_t socket;
    bool read = false;
    bool write = false;
  };
  void wants(ares_socket_t socket, bool read, bool write);
  void wait(const std::shared_ptr<Watch>& watch, asio::posix::stream_descriptor::wait_type type);
  void step(ares_socket_t readable, ares_socket_t writable);
  void arm_timer();

  asio::io_context& io;
  ares_channel channel = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watch>> watches;
  asio::steady_timer timer;
};

// c-ares tells which of its sockets it wants to be woken for; with neither, before it closes one.
void DnsClient::Parts::wants(ares_socket_t socket, bool read, bool write) {
  using Descriptor = asio::posix::stream_descriptor;
  auto& watch = watches[socket];
  if (!watch)
    watch = std::make_shared<Watch>(
        Watch{.descriptor = Descriptor{io, ::dup(socket)}, .socket = socket});
  const bool begins_read = read && !watch->read;
  const bool begins_write = write && !watch->write;
  watch->read = read;
  watch->write = write;
  if (begins_read) wait(watch, Descriptor::wait_read);
  if (begins_write) wait(watch, Descriptor::wait_write);
  if (read || write) return;
  error_code ignored;
  watch->descriptor.close(ignored);
  watches.erase(socket);
}

void DnsClient::Parts::wait(const std::shared_ptr<Watch>& watch,
                            asio::posix::stream_descriptor::wait_type type) {
  watch->descriptor.async_wait(type, [this, watch, type](const error_code& error) {
    const bool reads = type == asio::posix::stream_descriptor::wait_read;
    const auto wanted = [&] { return reads ? watch->read : watch->write; };
    if (error || !wanted()) return;
    step(reads ? watch->socket : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : watch->socket);
    if (wanted()) wait(watch, type);
  });
}

void DnsClient::Parts::step(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel, readable, writable);
  arm_timer();
}

void DnsClient::Parts::arm_timer() {
  timeval next{};
  if (!ares_timeout(channel, nullptr, &next)) {
    timer.cancel();
    return;
  }
  timer.expires_after(std::chrono::seconds{next.tv_sec} + std::chrono::microseconds{next.tv_usec});
  timer.async_wait([this](const error_code& error) {
    if (!error) step(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

DnsClient::DnsClient(asio::io_context& io, const std::string& servers)
    : parts_(std::make_unique<Parts>(io)) {
  ares_options options{};
  options.timeout = kTryMs;
  options.tries = kTries;
  options.sock_state_cb = [](void* parts, ares_socket_t socket, int read, int write) {
    static_cast<Parts*>(parts)->wants(socket, read != 0, write != 0);
  };
  options.sock_state_cb_data = parts_.get();
  const int status = ares_init_options(
      &parts_->channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  CHECK(status == ARES_SUCCESS, "c-ares needs nothing but memory to begin");
  if (!servers.empty()) {
    const int set = ares_set_servers_ports_csv(parts_->channel, servers.c_str());
    CHECK(set == ARES_SUCCESS, "the servers were checked by who gave them");
  }
}

DnsClient::~DnsClient() { ares_destroy(parts_->channel); }

void DnsClient::ask(const Question& question, Resolver::Answered answered) {
  const char* const name = question.name.c_str();
  void* const asked = new Resolver::Answered{std::move(answered)};  // taken() owns it
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  switch (question.type) {
    case RecordType::kNaptr:
      ares_query(parts_->channel, name, ns_c_in, ns_t_naptr, records_came<naptrs_in>, asked);
      break;
    case RecordType::kSrv:
      ares_query(parts_->channel, name, ns_c_in, ns_t_srv, records_came<srvs_in>, asked);
      break;
    case RecordType::kAddress:
      ares_getaddrinfo(parts_->channel, name, nullptr, &hints, addresses_came, asked);
      break;
  }
  parts_->arm_timer();
}

}  // namespace lastcall::host
