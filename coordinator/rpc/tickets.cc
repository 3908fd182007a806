#include "coordinator/rpc/tickets.h"

#include <set>

#include "common/limits.h"
#include "coordinator/rpc/wire.h"
#include "realm/v1/dispatch.pb.h"

namespace realm::coordinator {

std::string IssueTicket(const JobOrder& order, const SigningKey& key, absl::Time now) {
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

  realm::v1::SignedTicket out;
  out.set_ticket(ticket.SerializeAsString());
  out.set_signature(key.Sign(out.ticket()));
  out.set_key_id(key.verifying_key().id());
  return out.SerializeAsString();
}

}  // namespace realm::coordinator
