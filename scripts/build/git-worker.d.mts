export declare const gitWorker: () => Promise<Record<string, string>>;
