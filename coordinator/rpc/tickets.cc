#include "coordinator/rpc/tickets.h"

#include <set>
#include <utility>

#include "common/digest_tree.h"
#include "common/limits.h"
#include "common/ticket_signature.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/dispatch.pb.h"

namespace realm::coordinator {
namespace {

std::string TicketFor(const JobOrder& order, absl::Time now) {
  realm::v1::Ticket ticket;
  *ticket.mutable_ref() = ToProto(order.key);
  ticket.set_job_id(order.job_id);
  ticket.set_generation(order.generation);
  ticket.set_epoch(order.epoch);
  ticket.set_source_realm(order.source.value());
  ticket.set_target_realm(order.target.value());
  ticket.set_holder_worker_id(order.holder.value());
  std::set<DatasetName> datasets(order.datasets.begin(), order.datasets.end());
  datasets.insert(order.seal_datasets.begin(), order.seal_datasets.end());
  for (const DatasetName& d : datasets)
    ticket.add_datasets(d.value());
  ticket.set_may_seal(order.seal_source);
  ticket.set_digest_key(order.digest_key);
  *ticket.mutable_expire_time() = ToProto(now + kTicketLife);
  return ticket.SerializeAsString();
}

}  // namespace

std::vector<std::string> IssueTickets(const std::vector<const JobOrder*>& orders,
                                      const SigningKey& key, absl::Time now) {
  std::vector<std::string> tickets;
  tickets.reserve(orders.size());
  for (const JobOrder* order : orders)
    tickets.push_back(TicketFor(*order, now));
  if (tickets.empty()) return {};
  const DigestTree tree(tickets);
  const std::string signature =
      key.Sign(tickets.size() == 1 ? tickets.front() : SignedTextOfRoot(tree.root()));
  std::vector<std::string> out;
  out.reserve(tickets.size());
  for (size_t i = 0; i < tickets.size(); ++i) {
    realm::v1::SignedTicket one;
    one.set_ticket(std::move(tickets[i]));
    one.set_signature(signature);
    one.set_key_id(key.verifying_key().id());
    for (std::string& sibling : tree.SiblingsOf(i))
      one.add_siblings(std::move(sibling));
    one.set_index(static_cast<uint32_t>(i));
    out.push_back(one.SerializeAsString());
  }
  return out;
}

}  // namespace realm::coordinator
