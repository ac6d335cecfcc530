import { startRecordedPrometheus } from '../support/recorded-prometheus.ts';
import { prometheusContract } from './prometheus-contract.ts';

prometheusContract('what Prometheus has answered', startRecordedPrometheus);
