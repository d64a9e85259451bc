#pragma once
// DnsClient: asks DNS and /etc/hosts, through c-ares, which Asio wakes. Turns its answers into
// records; what they mean is for TargetSearch. Remembers nothing. Used from the shard's thread
// only.

#include "engine/host/resolver.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace lastcall::host {

class DnsClient {
 public:
  // The servers as "address:port,..."; empty: those of the system.
  DnsClient(boost::asio::io_context& io, const std::string& servers);
  // Questions that wait are not answered any more.
  ~DnsClient();

  // Calls `answered` once, later or at once; with `failed` if nobody answers in time.
  void ask(const Question& question, Resolver::Answered answered);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The records of a DNS message, read by c-ares. For DnsClient and its tests.
[[nodiscard]] Answer naptrs_in(std::string_view message);
[[nodiscard]] Answer srvs_in(std::string_view message);

}  // namespace lastcall::host
