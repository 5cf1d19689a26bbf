// What is measured is what the whole process allocates: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
